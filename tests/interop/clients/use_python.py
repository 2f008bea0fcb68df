"""Records and screens through the client that openapi-python-client generated; type-checked before it runs.

Usage: use_python.py URL TOKEN-FILE AUTHORITY ENTRY-FILE
"""
import json
import pathlib
import ssl
import sys

from lianfang_client import AuthenticatedClient
from lianfang_client.api.entries import entries_create, entries_list, entries_show
from lianfang_client.api.peers import peers_list
from lianfang_client.api.screenings import screenings_create, screenings_show
from lianfang_client.models import Entry, EntryPage, NewEntry, NewScreening, Problem, Screening


def main(url: str, token: str, authority: str, entry: str) -> None:
    client = AuthenticatedClient(
        base_url=url,
        token=pathlib.Path(token).read_text().strip(),
        verify_ssl=ssl.create_default_context(cafile=authority),
    )
    new = NewEntry.from_dict(json.loads(pathlib.Path(entry).read_text()))
    recorded = entries_create.sync(client=client, body=new)
    assert isinstance(recorded, Entry), recorded
    shown = entries_show.sync(recorded.id, client=client)
    assert isinstance(shown, Entry) and shown.to_dict() == recorded.to_dict(), shown
    page = entries_list.sync(client=client, limit=1)
    assert isinstance(page, EntryPage) and [one.id for one in page.items] == [recorded.id], page
    asked = NewScreening.from_dict(
        {
            "purpose": "onboarding",
            "subject": {"type": "seller", "identifiers": [i.to_dict() for i in new.subject.identifiers]},
        }
    )
    screening = screenings_create.sync(client=client, body=asked)
    assert isinstance(screening, Screening) and screening.verdict == "block", screening
    again = screenings_show.sync(screening.id, client=client)
    assert isinstance(again, Screening) and again.receipt == screening.receipt, again
    asked.subject.identifiers[0].value = "91990003LF0000033U"
    refused = screenings_create.sync(client=client, body=asked)
    assert isinstance(refused, Problem) and refused.status == 422, refused
    assert peers_list.sync(client=client) is not None
    print("python: recorded, listed, screened; a refusal is a typed problem")


main(*sys.argv[1:])
