"""Arabic in the wording of docs/translation.md: what it never says, and how it counts."""

import re

import pytest

from tests.translation.test_catalogues import TELLING, compiled, english, translated

pytestmark = [pytest.mark.engine_free, pytest.mark.house]

LETTER = r"[\u0621-\u063a\u0641-\u0652\u0670]"
ORDER = re.compile(
    rf"""(?<!{LETTER}) [وف]? (?:
    قم | قومي | قوموا | اضغط | اضغطي | اضغطوا | انقر | انقري | اختر | اختاري | اختاروا | سجل | سجّل |
    سجلي | سجّلي | سجّلوا | أدخل | أدخلي | ادخل | اكتب | اكتبي | اكتبوا | راجع | راجعي | افتح |
    افتحي | احفظ | احفظي | أضف | أضيفي | حاول | حاولي | ابدأ | ابدئي | تأكد | تأكدي | تأكّد | شاهد |
    شارك | شاركي | احذف | احذفي | اترك | اتركي | املأ | املئي | انضم | انضمّ | انضمي | ألغِ | ألغي |
    أكّد | أكّدي | اطلع | اطّلع | استعمل | انسخ | انسخي | أرسل | أرسلي | اشترك | اشتركي | صحّح |
    انتظر | انتظري | عد | عودي | اطبع | اطبعي | غيّر | غيّري | راسلوني | اشتركوا | افتحوا | الصقوا | اسألوا
    ) (?!{LETTER})""",
    re.VERBOSE,
)
ADDRESS = re.compile(
    rf"""(?<!{LETTER}) (?:
    أنت | أنتَ | أنتِ | انت | تريد | تريدين | ترغب | ترغبين | تستطيعين | تودّ | تودين | تودّين | تحتاجين | تملك | تملكين |
    تختار | تختاره | ترون | تجدون | تلغونه | تختارونه | اخترتموه |
    تعرف | تعرفين | عزيزي | عزيزتي | السيد | السيدة | مهتم | مهتمة | راغب | راغبة | مدعو | مدعوّ | متأكد | متأكدة | حضرتك
    ) (?!{LETTER})""",
    re.VERBOSE,
)


def test_arabic_gives_no_orders_and_addresses_nobody_by_gender() -> None:
    """«سجّل» is an order alone, and who registered after من."""
    said = [form.replace("من سجّل", "") for _message, form in translated("ar")]
    wrong = [form for form in said if ORDER.search(form) or ADDRESS.search(form)]

    assert wrong == []


def test_arabic_needs_no_slashes_and_no_vowel_signs_that_choose_a_gender() -> None:
    wrong = [
        form
        for _m, form in translated("ar")
        if re.search(r"/ة|\(ة\)|/ـ|[كت][\u064e\u0650](?![\w\u0651])", form)
    ]

    assert wrong == []


def test_groups_of_people_are_named_in_both_forms() -> None:
    pairs = {
        "المسجّلين": "المسجّلات",
        "المسجّلون": "المسجّلات",
        "المتحدثون": "المتحدثات",
        "المتحدثين": "المتحدثات",
    }
    wrong = [
        form
        for _message, form in translated("ar")
        for one, other in pairs.items()
        if one in form and f"و{other}" not in form
    ]
    wrong += [form for _message, form in translated("ar") if re.search("المنظ[ِّ]*م(ون|ين)", form)]

    assert wrong == []


MANY_ADDRESSED = re.compile(rf"{LETTER}{{3,}}كم(?!{LETTER})")
AN_ADDRESS = re.compile(r"(?:عنوان|عناوين)(?!\s(?:ال)?(?:بريد|مكان))")
A_SEAT_AS_PLACE = re.compile(
    rf"أماكن(?! (?:ال)?انعقاد)|مكان(?:ك|ي|ًا|ان|ين)(?!{LETTER})"
    r"|(?<!ال)مكان (?:واحد|متاح|محجوز|متبق|لك)|المكان (?:متاح|محجوز|المحجوز|لك)"
)
A_SEAT_ON_SHOW = re.compile(r"عرض (?:ال)?(?:مكان|مقعد)|معروض|عُرض|(?:ي|ت)ُعرض علي")
NOT_A_SINGLE_ONE = re.compile(rf"لم {LETTER}+ {LETTER}+ واحدة?(?!{LETTER})")


def wrong_where(found: re.Pattern[str]) -> list[str]:
    return [form for _message, form in translated("ar") if found.search(form)]


def test_arabic_never_speaks_to_several_men() -> None:
    assert wrong_where(MANY_ADDRESSED) == []


def test_the_address_of_a_page_is_never_called_its_title() -> None:
    """عنوان is title, web address, e-mail and street: it only stands with the word that says which."""
    assert wrong_where(AN_ADDRESS) == []


def test_a_seat_is_never_called_a_place_in_arabic() -> None:
    assert wrong_where(A_SEAT_AS_PLACE) == []


def test_a_seat_that_is_offered_is_never_put_on_show() -> None:
    assert wrong_where(A_SEAT_ON_SHOW) == []


def test_no_sentence_says_not_a_single_one_for_one_not_yet() -> None:
    assert wrong_where(NOT_A_SINGLE_ONE) == []


def test_nothing_but_consent_is_called_consent() -> None:
    wrong = [
        form
        for message, form in translated("ar")
        if "موافق" in form and not re.search(r"\b(?:consent|agree)", english(message).lower())
    ]

    assert wrong == []


def test_an_organizer_never_apologizes_for_accepting() -> None:
    """A guest declines (اعتذار), an organizer rejects (رفض)."""
    assert wrong_where(re.compile("الاعتذار عن (?:ال)?قبول")) == []


def test_what_is_not_there_is_never_called_incomplete() -> None:
    assert wrong_where(re.compile("ناقص")) == []


def test_the_organizer_area_is_never_called_a_party_office() -> None:
    assert wrong_where(re.compile("مكتب التنظيم")) == []


def test_organizers_are_never_asked_for_as_hosts() -> None:
    wrong = [
        form
        for message, form in translated("ar")
        if re.search("الجه(?:ة|ات) المنظِّمة", form)
        and not re.search(r"\bhost|who you are|who organizes events", english(message).lower())
        if "tell people who" not in english(message)
    ]

    assert wrong == []


def test_registration_recording_and_check_in_never_share_a_word() -> None:
    wrong = []
    for message, form in translated("ar"):
        said = english(message).lower()
        if re.search("تسجيل (الدخول|الخروج|الوصول|الحضور)", form):
            wrong.append(form)
        if re.search(r"\brecord(ing|ed)?\b", said) and "التسجيل المصوّر" not in form:
            wrong.append(form)
        if "مصوّر" in form and not re.search(r"\brecord", said):
            wrong.append(form)
        if re.search(r"\bcheck(ed)?[ -]in\b", said) and "إثبات الحضور" not in form:
            wrong.append(form)
        if re.search(r"\bsign(ed)? (in|out)\b", said) and "تسجيل" in form:
            wrong.append(form)
        if re.search(r"\bregist", said) and "إثبات" in form:
            wrong.append(form)

    assert wrong == []


def test_arabic_has_its_own_commas_quotes_and_our_digits() -> None:
    foreign = re.compile(r"[\u0621-\u064a][,;?]|[“”٠-٩۰-۹٪]|\s[،؛؟]")

    assert [form for _message, form in translated("ar") if foreign.search(form)] == []


def test_no_subject_ends_in_a_latin_fragment() -> None:
    """The blank of a subject is a title, which may be in English: it stands in quotation marks."""
    wrong = [
        form
        for message, form in translated("ar")
        if any(path.endswith("/subject.txt") for path, _line in message.locations)
        if re.search(r"(?:[A-Za-z0-9]|%\(\w+\)s)$", form)
    ]

    assert wrong == []


def test_arabic_counts_seats_as_arabic_does() -> None:
    said = [compiled("ar").ngettext("%(n)s seat left", "%(n)s seats left", n) % {"n": n} for n in TELLING]

    assert said == [
        "لا مقاعد متبقية",
        "بقي مقعد واحد",
        "بقي مقعدان",
        "بقيت 3 مقاعد",
        "بقيت 10 مقاعد",
        "بقي 11 مقعدًا",
        "بقي 99 مقعدًا",
        "بقي 100 مقعد",
        "بقي 102 مقعد",
        "بقيت 103 مقاعد",
        "بقي 111 مقعدًا",
    ]


def test_no_title_in_a_letter_turns_its_own_end_round() -> None:
    """«Who is missing?» would be shown as «?Who is missing» without a mark of direction on both sides."""
    bare = re.compile(r"«%\(\w+\)s|%\(\w+\)s»|(?<!\u200e)%\((?:name|giver)\)s|%\((?:name|giver)\)s(?!\u200e)")
    wrong = [
        form
        for message, form in translated("ar")
        if any(path.startswith("templates/mail/") for path, _line in message.locations) and bare.search(form)
    ]

    assert wrong == []
