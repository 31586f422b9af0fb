"""What doctor says about the key that signs passports."""

from datetime import timedelta

from bot.settings import Settings

_SOON = timedelta(days=60)


def passport_line(settings: Settings) -> str:
    """Return one line: the key, when its certificate ends, or what is wrong with it."""
    from bot.passport.keys import KeyProblem, load_key

    try:
        if settings.passport_trust_anchors:
            settings.passport_trust_anchors.read_text("utf-8")
        signing_key = load_key(settings.given_passport_key, settings.data_dir)
    except KeyProblem as error:
        return f"missing passport: {str(error).rstrip('.')}"
    except (OSError, UnicodeDecodeError) as error:
        return f"missing passport: {getattr(error, 'filename', '') or 'a file'} cannot be read"
    if signing_key is None:
        return "not set passport: no key, so locked faces get no passport: python -m bot passport init"
    certificate = signing_key.certificate
    remaining = certificate.valid_until - settings.now()
    if remaining < timedelta(0):
        return "warning passport: its certificate has ended, so nothing is signed: python -m bot passport rotate"
    status = "warning" if remaining < _SOON else "ok     "
    until = f"{certificate.valid_until:%d %B %Y}"
    return f"{status} passport: signed by this studio's own key ({certificate.name}), until {until}"
