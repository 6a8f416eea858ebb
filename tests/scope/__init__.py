"""Nobody sees or does what is not theirs: every route, as everyone, at every place, against an oracle.

The oracle (`oracle.py`) knows no policy: it has a table of what each account is, the region tree of `regions.csv`, the
sample's institutions, and the audience that each route declares. `world.py` adds what the demonstration lacks:
institutions in another city and in 辛集市, which hangs from the province, people of other offices, ended and future
memberships, keys.

To add a route: one line in `addresses.py` says what its arguments are at a place, what it hangs on, and which methods
it serves. A route that changes something also says what a good request holds: then the tests show that it is accepted
where it should be, before they believe a refusal. What its arguments name besides regions, institutions and reports is
made in `world.furnish`. A route that is not there fails `test_every_route_is_registered`, and the message has the line.

To add a role: one line in `oracle.ACCOUNTS` (and the account itself in `pilots/operations/demo_people.py` or
`world.PEOPLE`). A role without an account in the table fails `test_every_role_has_an_account`.

To open a route otherwise than its audience says: `only=` in its line, with the reason beside it. There are
`oracle.owner_only` for what belongs to one person, and `oracle.administrator(part)` for one of the three
administrators. A new audience gets a case in `oracle.holds`.

A route that redirects (to a fresh sign-in, to a second factor) counts as open to whoever is sent there, so `browser_of`
in `tests/conftest.py` must make a browser that is not sent away.

What looks: `checks.py`. It names institutions, people, regions and totals that stand in an answer and that the reader
may not see; HTML, JSON, CSV, workbooks and documents alike. `test_planted_leaks.py` shows that it finds leaks.
"""
