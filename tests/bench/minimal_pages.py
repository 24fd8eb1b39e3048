"""The templates of the least app: they say what our pages say, in one language, without macros or translation."""

ICON = (
    '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" '
    'stroke-width="2" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">'
    '<path d="M16 21v-2a4 4 0 0 0-4-4H6a4 4 0 0 0-4 4v2M16 3.128a4 4 0 0 1 0 7.744M22 21v-2a4 4 0 0 0-3-3.87"/>'
    '<circle cx="9" cy="7" r="4"/></svg>'
)

BASE = """<!doctype html>
<html lang="{{ language }}" dir="ltr">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>{% block title %}{{ site }}{% endblock %}</title>
  <link rel="preload" href="/static/fonts/plex.woff2" as="font" type="font/woff2" crossorigin>
  <link rel="stylesheet" href="/static/css/house.css">
  <script type="module" src="/static/js/house.js"></script>
</head>
<body>
  <a class="skip" href="#main">Skip to the content</a>
  <header class="site-header"><div class="wrap site-header-row">
    <a class="site-name" href="/"><span class="site-mark" aria-hidden="true"></span><bdi>{{ site }}</bdi></a>
    <nav class="languages" aria-label="Language"><ul>
      {% for code, name in languages %}
      <li><a href="{{ path }}?lang={{ code }}" lang="{{ code }}" hreflang="{{ code }}">{{ name }}</a></li>
      {% endfor %}
    </ul></nav>
  </div></header>
  <main id="main" class="wrap" tabindex="-1">{% block main %}{% endblock %}</main>
  <footer class="site-footer"><div class="wrap">
    <p class="promise">{{ promise }}</p>
    <p class="site-footer-links"><a href="/">{{ site }}</a> <a href="/desk">For organizers</a></p>
  </div></footer>
</body>
</html>"""

EVENT = """{% extends "base.html" %}
{% block title %}{{ event.title.en }} · {{ site }}{% endblock %}
{% block main %}
<article>
  <header class="event-head">
    <span class="leaf"><span>{{ starts.strftime("%B") }}</span><span>{{ starts.day }}</span></span>
    <div class="event-title">
      <p class="kicker">On the margins of <a href="/conferences/{{ event.conference.slug }}">
        <span lang="en" dir="ltr">{{ event.conference.name }}</span> <bdi>{{ event.conference.edition }}</bdi></a></p>
      <h1><span lang="en" dir="ltr">{{ event.title.en }}</span></h1>
      <p class="event-when"><time datetime="{{ starts.isoformat() }}">{{ starts.strftime("%A %d %B %Y") }}</time>,
        <span class="time">{{ starts.strftime("%H:%M") }}–{{ ends.strftime("%H:%M") }}</span>
        <small>{{ event.zone }} time</small>
        <time class="your-time" datetime="{{ starts.isoformat() }}" data-zone="{{ event.zone }}" hidden></time></p>
      <ul class="hosts" aria-label="Hosts">
      {% for host in event.hosts %}
        <li class="host"><a href="{{ host.link }}" rel="noopener"><bdi>{{ host.name }}</bdi></a></li>
      {% endfor %}
      </ul>
    </div>
  </header>
  <div class="with-aside">
    <aside class="register">
      <p><a class="button button-primary" href="/events/{{ event.slug }}/register">Register</a></p>
      <p class="soft small">It takes a minute. Your calendar invitation comes by e-mail.</p>
      <dl class="facts">
      {% for label, text in event.facts %}
        <div class="fact"><dt>ICON{{ label }}</dt><dd dir="ltr">{{ text }}</dd></div>
      {% endfor %}
      </dl>
      <p class="row"><a class="button button-quiet" href="/events/{{ event.slug }}.ics">ICONCalendar file</a>
      <button class="button" data-copy="http://localhost/events/{{ event.slug }}">ICONCopy the link</button></p>
      <p class="small"><a href="/events/{{ event.slug }}/mine">Already registered? Change or cancel</a></p>
    </aside>
    <div>
      <section class="section beside"><h2>About</h2><div class="stack">
        <p class="lead"><span lang="en" dir="ltr">{{ event.summary.en }}</span></p>
        <div class="prose" lang="en" dir="ltr">{{ event.description.en }}</div></div></section>
      <section class="section beside"><h2>Agenda</h2><ol class="agenda">
      {% for item in event.agenda %}
        <li><span class="time">{{ item.at }}</span><h3><span lang="en" dir="ltr">{{ item.title }}</span></h3></li>
      {% endfor %}
      </ol></section>
      <section class="section beside"><h2>Speakers</h2><ul class="speakers">
      {% for speaker in event.speakers %}
        <li class="speaker"><h3><span lang="en" dir="ltr">{{ speaker.name }}</span>
          {% if not speaker.confirmed %}<span class="badge badge-quiet">to be confirmed</span>{% endif %}</h3>
          <p class="soft"><span lang="en" dir="ltr">{{ speaker.about }}</span></p></li>
      {% endfor %}
      </ul></section>
      <div class="register-bar"><span>{{ starts.strftime("%a %d %b") }}<br>{{ starts.strftime("%H:%M") }}</span>
        <a class="button button-primary" href="/events/{{ event.slug }}/register">Register</a></div>
    </div>
  </div>
</article>
{% endblock %}""".replace("ICON", ICON)

REGISTER = """{% extends "base.html" %}
{% block main %}
<div class="narrow">
  <header class="page-head"><p class="kicker"><a href="/events/{{ event.slug }}">{{ event.title.en }}</a></p>
    <h1>Register</h1>
    <p class="event-when"><time datetime="{{ starts.isoformat() }}">{{ starts.strftime("%A %d %B %Y") }}</time>,
      <span class="time">{{ starts.strftime("%H:%M") }}–{{ ends.strftime("%H:%M") }}</span></p>
    <p class="soft">ICON <bdi>{{ event.place.en }}</bdi></p></header>
  <form method="post" action="/events/{{ event.slug }}/register" class="form" novalidate>
    <p class="soft">{{ left }} places left</p>
    {% for name, label, help in fields %}
    <div class="field{% if errors[name] %} field-wrong{% endif %}"><label for="{{ name }}">{{ label }}</label>
      <p class="help" id="{{ name }}-help">{{ help }}</p>
      {% if errors[name] %}<p class="wrong">{{ errors[name] }}</p>{% endif %}
      <input id="{{ name }}" name="{{ name }}" value="{{ typed[name] or "" }}" aria-describedby="{{ name }}-help">
    </div>
    {% endfor %}
    <div class="stack"><button class="button button-primary">Register</button>
      <p class="soft small">What happens next: you see a receipt here.</p></div>
  </form>
</div>
{% endblock %}""".replace("ICON", ICON)

RECEIPT = """{% extends "base.html" %}
{% block main %}
<div class="narrow">
  <h1>{{ event.title.en }}</h1>
  <p class="notice">{{ registration.status }}</p>
  <dl class="facts">
    <div class="fact"><dt>ICONWhen</dt><dd>{{ starts.strftime("%A %d %B %Y, %H:%M") }}</dd></div>
    <div class="fact"><dt>ICONPlace</dt><dd>{{ event.place.en }}</dd></div>
    <div class="fact"><dt>ICONTakes part</dt><dd>{{ registration.mode }}</dd></div>
  </dl>
  <p>A letter goes to <bdi dir="ltr">{{ registration.address }}</bdi>.</p>
  <p><a href="/events/{{ event.slug }}">Back to the event</a></p>
</div>
{% endblock %}""".replace("ICON", ICON)

TEMPLATES = {"base.html": BASE, "event.html": EVENT, "register.html": REGISTER, "receipt.html": RECEIPT}
