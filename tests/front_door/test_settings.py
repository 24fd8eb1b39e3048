"""Settings: what the file and the environment may say, and how a wrong one is refused."""

from dataclasses import replace
from pathlib import Path

import pytest

from events_app.settings import Secret, Settings, WrongSetting, load_settings

pytestmark = pytest.mark.engine_free

NO_SUCH = "there is no such setting; did you mean "
ONE_LINE = "must be one line, without control characters"
TEXTS = 'must be a text in quotes, or one for each language, like { en = "one", ar = "two" }'


def load(folder: Path, text: str = "", **environ: str) -> Settings:
    (folder / "settings.toml").write_text(text, encoding="utf-8")
    return load_settings(folder / "settings.toml", environ)


def refusal(folder: Path, text: str = "", **environ: str) -> WrongSetting:
    with pytest.raises(WrongSetting) as caught:
        load(folder, text, **environ)
    return caught.value


def test_an_empty_file_gives_a_site_for_this_machine_only(tmp_path: Path) -> None:
    settings = load(tmp_path)

    assert settings.site.base_url == "http://127.0.0.1:8000"
    assert settings.site.languages == ("en", "ar")
    assert settings.database.url == f"sqlite:{tmp_path}/var/data/events.db"
    assert settings.storage.directory == tmp_path / "var"
    assert not settings.is_published
    settings.refuse_unsafe()


def test_the_file_is_read_and_the_environment_overrides_it(tmp_path: Path) -> None:
    text = '[server]\nport = 9000\nworkers = 2\n[site]\nlanguages = ["ar", "en", "fr"]\n'

    settings = load(tmp_path, text, EVENTS_SERVER__PORT="9001", EVENTS_SITE__NAME="Café العربية", PATH="/bin")

    assert (settings.server.port, settings.server.workers) == (9001, 2)
    assert settings.site.languages == ("ar", "en", "fr")
    assert settings.site.name == {"": "Café العربية"}
    assert settings.site.base_url == "http://127.0.0.1:9001"


def test_the_site_may_have_a_name_in_each_language(tmp_path: Path) -> None:
    names = '{ en = "Cedar Archive", ar = "أرشيف الأرز" }'

    for settings in (load(tmp_path, f"[site]\nname = {names}"), load(tmp_path, EVENTS_SITE__NAME=names)):
        assert settings.site.name == {"en": "Cedar Archive", "ar": "أرشيف الأرز"}
    with pytest.raises(WrongSetting, match=r"^EVENTS_SITE__NAME: site\.name: must be a text"):
        load(tmp_path, EVENTS_SITE__NAME="{ en = }")


def test_a_list_in_the_environment_is_written_with_commas(tmp_path: Path) -> None:
    settings = load(tmp_path, EVENTS_SERVER__TRUSTED_PROXIES="127.0.0.1, 10.0.0.0/8,")

    assert settings.server.trusted_proxies == ("127.0.0.1", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("text", "key", "message"),
    [
        ("[mail]\nprot = 1", "mail.prot", NO_SUCH + "mail.port?"),
        ('[server]\nbase_url = "x"', "server.base_url", NO_SUCH + "site.base_url?"),
        ("[mial]\nport = 1", "mial.port", NO_SUCH + "mail.port?"),
        ('[sotrage]\ndirectry = "x"', "sotrage.directry", NO_SUCH + "storage.directory?"),
        ("port = 1", "port", NO_SUCH + "mail.port?"),
        ("[colours]", "colours", "there is no such setting; docs/settings.md lists them all"),
        ('[server]\nport = "8000"', "server.port", "must be a whole number, without quotes"),
        ("[server]\nport = true", "server.port", "must be a whole number, without quotes"),
        ("[server]\nport = 70000", "server.port", "70000 is not between 1 and 65535"),
        ("[site]\nname = 3", "site.name", TEXTS),
        ("[site]\nname = { en = 3 }", "site.name", TEXTS),
        ('[site]\nname = { en = "One", ar = "" }', "site.name", "must not be empty"),
        (
            '[site]\nname = { english = "One" }',
            "site.name",
            "'english' is not a language code such as en or ar",
        ),
        ('[site]\nname = { en = "a\\nb" }', "site.name", ONE_LINE),
        ('[site]\nname = ""', "site.name", "must not be empty"),
        ('[mail]\nsender_name = "a\\nBcc: b"', "mail.sender_name", ONE_LINE),
        ('[site]\nlanguages = "en"', "site.languages", 'must be a list of texts, like ["one", "two"]'),
        ("[site]\nlanguages = []", "site.languages", "needs at least one language, and each only once"),
        (
            '[site]\nlanguages = ["en", "engl"]',
            "site.languages",
            "'engl' is not a language code such as en or ar",
        ),
        ('[site]\ndefault_language = "fr"', "site.default_language", "'fr' is not one of site.languages"),
        (
            '[site]\nbase_url = "events.example.org"',
            "site.base_url",
            "'events.example.org' is not a web address; write it like https://events.example.org",
        ),
        (
            '[site]\nbase_url = "https://example.org/events"',
            "site.base_url",
            "'https://example.org/events' must be only scheme, host and port, like https://events.example.org",
        ),
        ('[mail]\nsecurity = "ssl"', "mail.security", "'ssl' is none of: starttls, tls, none"),
        ('[mail]\nsender_address = "us"', "mail.sender_address", "'us' is not an email address"),
        (
            '[mail]\nsender_address = "évents@example.org"',
            "mail.sender_address",
            "'évents@example.org' must be ASCII before its @",
        ),
        (
            '[server]\ntrusted_proxies = ["*"]',
            "server.trusted_proxies",
            "'*' is not an address or network such as 10.0.0.5 or 10.0.0.0/8",
        ),
        (
            '[database]\nurl = "mysql://root:hunter2@db/x"',
            "database.url",
            "write sqlite:PATH or postgresql://USER:PASSWORD@HOST/NAME",
        ),
    ],
)
def test_a_wrong_line_is_refused_by_its_key(tmp_path: Path, text: str, key: str, message: str) -> None:
    wrong = refusal(tmp_path, text)

    assert (wrong.key, wrong.message) == (key, message)


def test_a_refusal_says_which_line(tmp_path: Path) -> None:
    wrong = refusal(tmp_path, "# ours\n[server]\nport = 1\n\n[mail]\nport = 0\n")

    assert str(wrong) == "settings.toml, line 6: mail.port: 0 is not between 1 and 65535"


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        (
            "EVENTS_MAIL_PORT",
            "25",
            f"environment: EVENTS_MAIL_PORT: {NO_SUCH}EVENTS_MAIL__PORT?",
        ),
        (
            "EVENTS_SERVER__PORT_FILE",
            "/x",
            f"environment: EVENTS_SERVER__PORT_FILE: {NO_SUCH}EVENTS_SERVER__PORT?",
        ),
        ("EVENTS_SERVER__PORT", "many", "EVENTS_SERVER__PORT: server.port: 'many' is not a whole number"),
        ("EVENTS_SITE__NAME", "a\x00b", f"EVENTS_SITE__NAME: site.name: {ONE_LINE}"),
    ],
)
def test_a_wrong_environment_is_refused_by_its_name(tmp_path: Path, name: str, text: str, told: str) -> None:
    assert str(refusal(tmp_path, **{name: text})) == told


def test_a_file_that_is_missing_or_not_toml_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSetting, match=r"nowhere\.toml: cannot be read: No such file"):
        load_settings(tmp_path / "nowhere.toml", {})

    assert "is not valid TOML" in str(refusal(tmp_path, "[mail\n"))


def test_a_secret_may_come_from_a_file(tmp_path: Path) -> None:
    (tmp_path / "mail").write_text("correct horse \n", encoding="utf-8")
    (tmp_path / "db").write_text("postgresql://app:hunter2@db/events\n", encoding="utf-8")

    settings = load(
        tmp_path,
        EVENTS_MAIL__PASSWORD_FILE=str(tmp_path / "mail"),
        EVENTS_DATABASE__URL_FILE=str(tmp_path / "db"),
    )

    assert settings.mail.password.reveal() == "correct horse "
    assert settings.database.url == "postgresql://app:hunter2@db/events"


def test_a_secret_given_twice_or_in_a_missing_file_is_refused(tmp_path: Path) -> None:
    named = {"EVENTS_MAIL__PASSWORD_FILE": str(tmp_path / "none")}

    assert refusal(tmp_path, **named).message.startswith("the file cannot be read")
    (tmp_path / "none").write_text("x", encoding="utf-8")
    twice = refusal(tmp_path, **named, EVENTS_MAIL__PASSWORD="y")
    assert twice.message == "is given twice, also by EVENTS_MAIL__PASSWORD_FILE"


def test_secrets_never_show_themselves(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        EVENTS_MAIL__PASSWORD="hunter2",
        EVENTS_DATABASE__URL="postgresql://app:hunter2@db/events",
    )

    shown = f"{settings} {settings!r} {settings.mail} {settings.database} {settings.mail.password}"
    assert "hunter2" not in shown
    assert (str(Secret("hunter2")), str(Secret())) == ("Secret(****)", "Secret()")
    assert (bool(Secret("hunter2")), bool(Secret())) == (True, False)


def test_a_wrong_secret_is_not_repeated_in_the_refusal(tmp_path: Path) -> None:
    assert "hunter2" not in str(refusal(tmp_path, EVENTS_DATABASE__URL="hunter2"))
    assert "hunter2" not in str(refusal(tmp_path, EVENTS_MAIL__PASSWORD="hunter2\n"))


def test_paths_count_from_the_folder_of_the_file_and_the_database_follows_storage(tmp_path: Path) -> None:
    assert load(tmp_path, '[database]\nurl = "sqlite:here.db"').database.url == f"sqlite:{tmp_path}/here.db"
    assert load(tmp_path, '[database]\nurl = "sqlite:/there.db"').database.url == "sqlite:/there.db"
    assert load(tmp_path, EVENTS_STORAGE__DIRECTORY="/srv/e").database.url == "sqlite:/srv/e/data/events.db"


@pytest.mark.parametrize(
    ("host", "written", "meant"),
    [
        ("localhost", "", "none"),
        ("::1", "", "none"),
        ("mail.example.org", "", "starttls"),
        ("mail.example.org", "tls", "tls"),
    ],
)
def test_mail_is_guarded_unless_it_stays_on_this_machine(
    tmp_path: Path, host: str, written: str, meant: str
) -> None:
    settings = load(tmp_path, EVENTS_MAIL__HOST=host, EVENTS_MAIL__SECURITY=written)

    assert settings.mail.security == meant


PUBLISHED = {
    "EVENTS_SITE__BASE_URL": "https://events.example.org/",
    "EVENTS_MAIL__SENDER_ADDRESS": "events@example.org",
    "EVENTS_MAIL__HOST": "mail.example.org",
    "EVENTS_MAIL__PASSWORD": "hunter2",
}


@pytest.mark.parametrize(
    ("changed", "key"),
    [
        ({}, None),
        ({"EVENTS_SERVER__HOST": "0.0.0.0"}, None),
        ({"EVENTS_SITE__BASE_URL": "http://events.example.org"}, "site.base_url"),
        ({"EVENTS_SITE__BASE_URL": "", "EVENTS_SERVER__HOST": "0.0.0.0"}, "site.base_url"),
        ({"EVENTS_SITE__BASE_URL": "http://localhost:8000", "EVENTS_SERVER__HOST": "::"}, None),
        ({"EVENTS_MAIL__SENDER_ADDRESS": ""}, "mail.sender_address"),
        ({"EVENTS_MAIL__SECURITY": "none"}, "mail.security"),
        ({"EVENTS_MAIL__SECURITY": "none", "EVENTS_MAIL__HOST": "127.0.0.1"}, None),
    ],
)
def test_publishing_asks_for_an_address_and_a_sender(
    tmp_path: Path, changed: dict[str, str], key: str | None
) -> None:
    settings = load(tmp_path, **(PUBLISHED | changed))

    assert settings.is_published
    if key is None:
        settings.refuse_unsafe()
    else:
        with pytest.raises(WrongSetting) as caught:
            settings.refuse_unsafe()
        assert caught.value.key == key


def test_the_base_url_is_kept_without_a_slash_and_an_ipv6_host_in_brackets(tmp_path: Path) -> None:
    assert load(tmp_path, **PUBLISHED).site.base_url == "https://events.example.org"
    assert load(tmp_path, EVENTS_SERVER__HOST="::1").site.base_url == "http://[::1]:8000"


def test_settings_cannot_be_changed_but_copied(tmp_path: Path) -> None:
    settings = load(tmp_path)

    with pytest.raises(AttributeError):
        settings.site = settings.site  # type: ignore[misc]
    assert replace(settings, site=settings.site) == settings
