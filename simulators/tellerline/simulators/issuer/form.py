"""The login form: what a customer sees, in Chinese or English, without a script."""

from __future__ import annotations

from html import escape
from typing import Final

_TEXTS: Final = {
    False: {
        "lang": "zh-CN",
        "title": "网上银行登录",
        "customer": "客户号",
        "pin": "密码",
        "submit": "登录",
        "note": "开发用登录服务：由网关核对客户号和密码。",
        "over": "登录页面已失效，请返回网上银行重新登录。",
        "bad": "登录请求有误，请返回网上银行重新登录。",
        "out": "您已退出登录。",
    },
    True: {
        "lang": "en",
        "title": "Online banking login",
        "customer": "Customer number",
        "pin": "PIN",
        "submit": "Log in",
        "note": "A login service for development: the gateway compares customer number and PIN.",
        "over": "This login page is no longer good. Please go back to online banking and log in again.",
        "bad": "The login was not asked for rightly. Please go back to online banking and log in again.",
        "out": "You are logged out.",
    },
}
STYLE: Final = """:root { color-scheme: light dark; }
body { font: 1rem/1.6 system-ui, "Noto Sans CJK SC", sans-serif; margin: 0 auto; max-width: 22rem; padding: 2rem 1rem; }
label { display: block; margin: 1rem 0 .2rem; }
input, button { box-sizing: border-box; font: inherit; min-height: 2.75rem; padding: .4rem .7rem; width: 100%; }
button { background: #1a4f8a; border: 0; border-radius: .4rem; color: #fff; margin-top: 1.5rem; }
[role="alert"] { border-left: .25rem solid #b3261e; padding-left: .7rem; }
small { display: block; margin-top: 2rem; }
"""


def login_form(login: str, *, english: bool, customer: str = "", mistake: str = "") -> str:
    """``login`` names the wish that it is for; ``mistake`` is said above the fields."""
    texts = _TEXTS[english]
    alert = f'<p role="alert">{escape(mistake)}</p>' if mistake else ""
    return _page(
        english,
        f"<h1>{texts['title']}</h1>{alert}"
        '<form method="post" action="authorize">'
        f'<input type="hidden" name="login" value="{escape(login)}">'
        f'<label for="customer_number">{texts["customer"]}</label>'
        f'<input id="customer_number" name="customer_number" value="{escape(customer)}" required maxlength="32" '
        'autocomplete="username" inputmode="numeric">'
        f'<label for="pin">{texts["pin"]}</label>'
        '<input id="pin" name="pin" type="password" required maxlength="12" autocomplete="current-password" '
        'inputmode="numeric">'
        f'<button type="submit">{texts["submit"]}</button></form><small>{texts["note"]}</small>',
    )


def notice(word: str, *, english: bool) -> str:
    """A page with one sentence: ``over``, ``bad`` or ``out``."""
    return _page(english, f'<h1>{_TEXTS[english]["title"]}</h1><p role="alert">{_TEXTS[english][word]}</p>')


def _page(english: bool, body: str) -> str:
    texts = _TEXTS[english]
    return (
        f'<!doctype html><html lang="{texts["lang"]}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f'<title>{texts["title"]}</title><link rel="stylesheet" href="style.css"></head>'
        f"<body><main>{body}</main></body></html>"
    )
