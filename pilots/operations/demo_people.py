"""Demonstration accounts, one for every role; marked, and refused at sign-in in production."""

from dataclasses import dataclass
from datetime import date

from pilots.models import Institution, Membership, Operator
from pilots.states.roles import INSTITUTION_ROLES, Role
from portal.accounts.models import User

PASSWORD = "tuoyu-2021-demo"  # noqa: S105  # printed for everyone; demonstration accounts cannot sign in in production
FIRST_DAY = date(2019, 1, 1)


@dataclass(frozen=True)
class DemoAccount:
    """What a visitor needs to sign in as someone."""

    username: str
    password: str
    name: str
    role: str
    place: str


_ACCOUNTS: tuple[tuple[str, str, Role, str, str], ...] = (
    ("province", "省级管理员（示例）", Role.PROVINCE_OFFICER, "130000", ""),
    ("province2", "省级复核人（示例）", Role.PROVINCE_OFFICER, "130000", ""),
    ("city", "市级管理员（示例）", Role.CITY_OFFICER, "130100", ""),
    ("county", "长安区经办人（示例）", Role.COUNTY_OFFICER, "130102", ""),
    ("county2", "循环化工园区经办人（示例）", Role.COUNTY_OFFICER, "130172", ""),
    ("reviewer", "长安区复核人（示例）", Role.REVIEWER, "130102", ""),
    ("department", "市场监管同事（示例）", Role.DEPARTMENT_COLLEAGUE, "130102", "市场监管局"),
    ("assessor", "评估员（示例）", Role.ASSESSOR, "130100", ""),
    ("clerk", "机构填报员（示例）", Role.INSTITUTION_CLERK, "SJZ-0001", ""),
    ("director", "机构负责人（示例）", Role.INSTITUTION_DIRECTOR, "SJZ-0001", ""),
    ("brand", "品牌负责人（示例）", Role.INSTITUTION_DIRECTOR, "爱悦堡（示例）", ""),
    ("auditor", "审计人员（示例）", Role.AUDITOR, "130000", ""),
    ("system-admin", "系统管理员（示例）", Role.SYSTEM_ADMINISTRATOR, "", ""),
    ("security-admin", "安全管理员（示例）", Role.SECURITY_ADMINISTRATOR, "", ""),
    ("audit-admin", "审计管理员（示例）", Role.AUDIT_ADMINISTRATOR, "", ""),
)


def create_accounts() -> list[DemoAccount]:
    """Make the accounts that are missing; answer all of them. A changed password stays changed."""
    return [_create(*account) for account in _ACCOUNTS]


def _create(username: str, name: str, role: Role, place: str, department: str) -> DemoAccount:
    user, created = User.objects.get_or_create(username=username, defaults={"name": name, "is_demo": True})
    if created:
        user.set_password(PASSWORD)
        user.save(update_fields=["password"])
    institution = operator = None
    if role in INSTITUTION_ROLES:
        institution = Institution.objects.filter(number=place).first()
        operator = Operator.objects.filter(name=place).first() if institution is None else None
    membership, _created = Membership.objects.get_or_create(
        user=user,
        role=role,
        defaults={
            "region_id": None if role in INSTITUTION_ROLES else place or None,
            "institution": institution,
            "operator": operator,
            "department": department,
            "starts_on": FIRST_DAY,
        },
    )
    where = str(membership.region or membership.operator or "")
    if membership.institution is not None:
        where = membership.institution.name
    return DemoAccount(username, PASSWORD, name, str(role.label), where)
