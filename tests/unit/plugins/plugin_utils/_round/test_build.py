# Copyright (c) 2026, The poolboy.concourse authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The round as it is built from the results of its steps."""

from __future__ import annotations

from base64 import b64encode
from typing import Any

import pytest

from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.build import RoundBuilder
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.read import read_round
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.settings import (
    RoundSettings,
    read_settings,
)
from ansible_collections.poolboy.concourse.plugins.plugin_utils._round.step_result import read_results
from ansible_collections.poolboy.concourse.plugins.plugin_utils._variables.mistakes import mistakes

LOCK = {"pool": "aws", "name": "env-1", "state": "claimed", "verdict": "unreachable", "reason": "no answer"}
HELD = {**LOCK, "holder": {"kind": "build"}}
CLEAN = {"changed": False, "released": [], "locks": [], "pools": [], "problems": [], "report": ["a table"]}
RELEASED = {"pool": "aws", "name": "env-1", "to_pool": "aws", "reason": "it errored"}
FAILED = {"failed": True, "msg": "It broke"}
SKIPPED = {"skipped": True}


def build(settings: dict[str, Any] | None = None, **results: Any) -> RoundBuilder:
    given = {"name": "shop", "repo": "r", "pools": "aws", "fatal_steps": ["clean", "status"], **(settings or {})}
    times = {"started": "2026-11-22T03:00:00.5Z", "now": "2026-11-22T03:00:02Z"}
    return RoundBuilder(read_settings({**times, **given}), read_results({"clean": CLEAN, "status": SKIPPED, **results}))


def test_a_round_that_did_nothing() -> None:
    fact = build().fact()
    assert (fact["ok"], fact["failures"], fact["duration_seconds"]) == (True, [], 1.5)
    assert (fact["started_at"], fact["finished_at"]) == ("2026-11-22T03:00:00Z", "2026-11-22T03:00:02Z")
    assert fact["status"]["report"] == ["a table"], "what clean saw, as there was nothing to read again"
    assert fact["trigger"] is None
    assert read_round(fact).name == "shop"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ({"clean": {**FAILED, "released": []}}, [("clean", "It broke.")]),
        ({"page": FAILED}, [("page", "The page cannot be written: It broke.")]),
        ({"metrics": {**FAILED, "msg": "No folder."}}, [("metrics", "The metrics cannot be written: No folder.")]),
        ({"page": {**FAILED, "msg": "It\nbroke\x1b[0m\n"}}, [("page", "cannot be written: It broke\\x1b[0m.")]),
        ({"push": {**FAILED, "status": 503}}, [("pushgateway", "it answered with status 503.")]),
        ({"notify": {**FAILED, "msg": "Status -1: <urlopen error refused> http://secret"}}, [("notify", ": refused.")]),
        ({"notify": {**FAILED, "msg": "http://secret"}}, [("notify", "there was no answer.")]),
        (
            {"state": {"content": b64encode(b"{").decode()}},
            [("notify", "does not contain the JSON that the role writes.")],
        ),
        ({"clean": {**CLEAN, "locks": [HELD]}}, [("status", "no answer.")]),
        ({"clean": {**CLEAN, "locks": [HELD, {**HELD, "verdict": "running"}]}}, []),
        ({"clean": {**CLEAN, "locks": [{**HELD, "verdict": "foreign"}, LOCK]}}, []),
        ({"clean": {**CLEAN, **FAILED, "locks": [HELD]}, "status": {**CLEAN, "locks": [HELD]}}, [("clean", "broke.")]),
        (
            {"clean": {**CLEAN, **FAILED, "locks": []}, "status": {**CLEAN, "locks": [HELD]}},
            [("clean", "It broke."), ("status", "no answer.")],
        ),
    ],
)
def test_a_step_that_failed_has_a_sentence(results: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    failures = build(**results).failures
    assert [failure.step for failure in failures] == [step for step, _ending in expected]
    for failure, (_step, ending) in zip(failures, expected, strict=True):
        assert failure.message.endswith(ending)
        assert "secret" not in failure.message


def test_what_a_failed_step_saw_is_shown() -> None:
    """Status fails with its option `fail_on`, clean when Concourse cannot be asked; both return what they saw."""
    seen = {**CLEAN, **FAILED, "locks": [{**HELD, "verdict": "leaked"}]}
    shown = build(status=seen).fact()
    assert [lock["name"] for lock in shown["status"]["locks"]] == ["env-1"]
    assert [one["step"] for one in shown["failures"]] == ["status"]
    assert build(clean={**seen, "released": []}).fact()["status"]["locks"] == shown["status"]["locks"]
    assert build(status=FAILED).fact()["status"] is None
    assert not build({"pools": ""}, clean=SKIPPED, status=seen).is_unconfigured


def test_a_concourse_that_cannot_be_asked_may_be_no_failure() -> None:
    unasked = {**CLEAN, "locks": [HELD]}
    assert build(clean=unasked).failure_message() != ""
    assert build({"unreachable_ok": True}, clean=unasked).failures == ()


def test_only_failures_that_matter_fail_the_round() -> None:
    assert build(page=FAILED).failure_message() == ""
    failed = build(clean={**FAILED, "released": []}, page=FAILED)
    assert failed.failure_message() == "The round of shop failed. clean: It broke."
    refused = build({"repo": ""}, clean=FAILED)
    assert refused.failure_message().endswith("or POOL_REPO and POOLS in the environment.")


def test_the_report_says_what_was_released() -> None:
    moved = {**RELEASED, "to_pool": "sick"}
    done = build(clean={**CLEAN, "released": [RELEASED, moved]}, page=FAILED)
    assert done.report() == [
        "aws/env-1 was released: it errored",
        "aws/env-1 was moved to sick: it errored",
        "a table",
        "Step page failed: The page cannot be written: It broke.",
    ]
    assert (
        build({"check_mode": True}, clean={**CLEAN, "released": [RELEASED]})
        .report()[0]
        .startswith("aws/env-1 would be released")
    )


def test_news_that_were_not_delivered_stay_in_the_state() -> None:
    news = {"ansible_facts": {"_pool_boy_news": {"memory": {"told": ["a"]}, "memory_if_lost": {"told": []}}}}
    settings = {"webhook_url": "http://chat", "pushgateway_url": "http://gate/"}
    assert build(settings, news=news).next_state("m") == {"memory": {"told": ["a"]}, "metrics": "m"}
    assert build(settings, news=news, notify=FAILED).next_state("m")["memory"] == {"told": []}
    before = b64encode(b'{"memory": {"told": ["b"]}, "metrics": "old"}').decode()
    kept = build({**settings, "metrics_file": "/m"}, state={"content": before}, news=FAILED)
    assert kept.next_state("m") == {"memory": {"told": ["b"]}, "metrics": ""}
    assert build(settings, state={"content": before}).previous_metrics() == "old"


@pytest.mark.parametrize(
    ("pools", "expected"),
    [
        ("aws:30,gcp=main/a/b", ["gcp=main/a/b"]),
        (["aws", {"name": "gcp", "job": "main/a/b"}], [{"name": "gcp", "job": "main/a/b"}]),
        ('["aws", {"name": "gcp", "job": "main/a/b"}]', [{"name": "gcp", "job": "main/a/b"}]),
        ("[broken", []),
        ({"aws": 1}, []),
    ],
)
def test_pools_with_a_job_get_builds(pools: Any, expected: list[Any]) -> None:
    settings = RoundSettings(pools=pools)
    assert settings.pools_with_job == expected
    assert settings.starts_builds is bool(expected)
    assert RoundSettings(pools=pools, trigger=False).starts_builds is False


def test_a_list_in_place_of_a_text_is_a_mistake() -> None:
    given = {"name": 7, "pools": ["aws"], "page_file": ["/srv/locks.html"], "webhook_url": {}}
    settings = read_settings(given)
    assert (settings.name, settings.page_file, settings.webhook_url) == ("7", "", "")
    wrong = "is a list or a dictionary, but must be one text."
    assert list(mistakes(settings, ())) == [f"pool_boy_page_file {wrong}", f"pool_boy_webhook_url {wrong}"]


def test_steps_can_be_a_text() -> None:
    """As Ansible reads a list that it gets as a text, for example from `-e`."""
    assert read_settings({"fatal_steps": "clean, page"}).fatal_steps == ("clean", "page")
    assert read_settings({"fatal_steps": ""}).fatal_steps == ()


def test_mistakes_are_named_together() -> None:
    settings = RoundSettings(
        name=" ", pools={"aws": 1}, webhook_url="hooks", pushgateway_url="http://a b", pushgateway_password="x"
    )
    sentences = list(mistakes(settings, ["pool_boy_nmae", "pool_boy_name"]))
    words: tuple[str, ...] = (
        "pool_boy_nmae",
        "is empty",
        "is not a list",
        "needs pool_boy_state_file",
        "needs pool_boy_metrics_file",
    )
    more = ("pool_boy_pushgateway_url is not a URL", "pool_boy_webhook_url is not a URL", "pushgateway_username")
    words = (*words, *more)
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))
    good = RoundSettings(name="shop", pools="aws", kept_too_long="60")
    assert list(mistakes(good, ["pool_boy_name", "pool_boy_schedule_name", "pool_boy_hosts", "repo"])) == []
    assert list(mistakes(RoundSettings(name="s", pools="a", kept_too_long="-1"), [])) != []
    assert list(mistakes(RoundSettings(name="s", pools="a", page_old_after="0"), [])) != []
