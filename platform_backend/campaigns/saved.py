"""Campaign files that users keep on the platform: save one, change it, delete it. Each text stays as a version."""

from typing import Any
from uuid import UUID

from django.contrib.auth.models import User
from django.db.models import QuerySet
from django.utils import timezone

from accounts.audit import audit
from accounts.ownership import owner_or_admin
from campaigns.models import SavedCampaign, SavedVersion
from common.errors import Conflict, NotFound, said
from common.transactions import atomic


def saved_campaigns(*, created_by: str = "") -> QuerySet[SavedCampaign]:
    found = SavedCampaign.objects.select_related("created_by")
    return found.filter(created_by__username=created_by) if created_by else found


def saved_campaign(saved_id: UUID) -> SavedCampaign:
    return _known(saved_campaigns().filter(id=saved_id).first(), saved_id)


def versions(saved: SavedCampaign) -> QuerySet[SavedVersion]:
    return saved.versions.select_related("created_by")


def text_of(saved: SavedCampaign) -> str:
    return str(saved.versions.values_list("text", flat=True).get(version=saved.version))


@atomic
def saved_create(*, name: str, text: str, notes: str, by: User) -> SavedCampaign:
    now = timezone.now()
    saved = SavedCampaign.objects.create(name=name, notes=notes, created_by=by, created_at=now, updated_at=now)
    _store_version(saved, text, by)
    audit("saved_campaign.create", saved.id, by, name=name)
    return saved


@atomic
def saved_update(*, saved_id: UUID, changes: dict[str, Any], version: int | None, by: User) -> SavedCampaign:
    """`changes`: name, notes, text. `version`: the one that the caller has seen; None: whatever it is."""
    saved = _locked_by(by, saved_id, to="change")
    if version is not None and version != saved.version:
        text = "Somebody has saved the campaign meanwhile: it is at version {version}. Look at it, and try again."
        raise Conflict(said("saved_campaign.changed_meanwhile", text, version=saved.version))
    before = {"name": saved.name, "notes": saved.notes, "text": text_of(saved)}
    changed = [name for name, value in changes.items() if value != before[name]]
    if not changed:
        return saved
    saved.name, saved.notes = changes.get("name", saved.name), changes.get("notes", saved.notes)
    saved.updated_at = timezone.now()
    if "text" in changed:
        saved.version += 1
        _store_version(saved, changes["text"], by)
    saved.save()
    audit("saved_campaign.update", saved.id, by, name=saved.name, changed=changed, version=saved.version)
    return saved


@atomic
def saved_delete(*, saved_id: UUID, by: User) -> None:
    """With all its versions. Campaigns that ran from it keep their own text."""
    saved = _locked_by(by, saved_id, to="delete")
    audit("saved_campaign.delete", saved.id, by, name=saved.name)
    saved.delete()


def _store_version(saved: SavedCampaign, text: str, by: User) -> None:
    SavedVersion.objects.create(
        saved=saved, version=saved.version, text=text, created_by=by, created_at=saved.updated_at
    )


def _locked_by(by: User, saved_id: UUID, *, to: str) -> SavedCampaign:
    saved = _known(SavedCampaign.objects.select_for_update().filter(id=saved_id).first(), saved_id)
    owner_or_admin(by, owner=saved.created_by, thing=f"The saved campaign {saved.name}", to=to)
    return saved


def _known(saved: SavedCampaign | None, saved_id: UUID) -> SavedCampaign:
    if saved is None:
        raise NotFound(said("saved_campaign.unknown", "There is no saved campaign {saved_id}.", saved_id=saved_id))
    return saved
