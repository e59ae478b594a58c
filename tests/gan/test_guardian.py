"""Each alarm, provoked by figures as they look when it happens; silence when all is well."""

import json

import pytest

from studio.gan.guardian import (
    DOUBLE_GAMMA,
    FLOAT32,
    HALF_RATE,
    MORE_AUGMENTATION,
    QUARTER_GAMMA,
    ROLL_BACK,
    SHOW_COPIES,
    STOP,
    Check,
    Finding,
    Guardian,
    memory_of,
)

HEALTHY = {
    "shortfall": 0.1,
    "coverage": 0.8,
    "nearest_ratio": 1.0,
    "diversity": 0.95,
    "overfit": 0.2,
}
LOSSES = {"loss_d": 0.45, "loss_g": 0.9, "r1": 0.3, "r2": 0.3}


def look(kimg: float, augment: float = 0.0, gamma: float = 0.3, **held_out: float) -> Check:
    return Check(kimg, LOSSES, {**HEALTHY, "shortfall": 1 / kimg, **held_out}, augment, gamma)


def alarms(found: list[Finding]) -> list[tuple[str, str]]:
    return [(one.alarm, one.level) for one in found]


@pytest.fixture
def guardian() -> Guardian:
    found = Guardian(200, 1000)
    for kimg in range(4, 44, 4):
        assert found.check(look(kimg)) == [], "all is well"
    return found


def test_nothing_is_said_while_all_is_well(guardian: Guardian) -> None:
    for step in range(100):
        assert guardian.steps(44 + step / 100, {**LOSSES, "broken": 0}) == []
    assert guardian.memory.healthy_kimg == 40


def test_one_broken_step_is_a_note_three_are_an_alarm(guardian: Guardian) -> None:
    (note,) = guardian.steps(44, {**LOSSES, "broken": 1})
    assert (note.alarm, note.level, note.actions) == ("nonfinite", "note", ())
    (alarm,) = guardian.steps(44, {**LOSSES, "broken": 2})
    assert alarm.level == "alarm" and set(alarm.actions) == {ROLL_BACK, HALF_RATE, FLOAT32}


def test_losses_that_are_not_finite_are_an_alarm_at_once(guardian: Guardian) -> None:
    (alarm,) = guardian.steps(44, {**LOSSES, "loss_g": float("nan")})
    assert ROLL_BACK in alarm.actions
    for _ in range(2):
        guardian.steps(44, {**LOSSES, "loss_g": float("inf")})
    (last,) = guardian.steps(44, {**LOSSES, "loss_g": float("nan")})
    assert last.actions == (STOP,) and "training stops" in last.reaction


def test_collapse_goes_back_three_times_then_only_says_so(guardian: Guardian) -> None:
    (alarm,) = guardian.check(look(44, diversity=0.2))
    assert alarms([alarm]) == [("collapse", "alarm")]
    assert set(alarm.actions) == {ROLL_BACK, DOUBLE_GAMMA, HALF_RATE}
    assert guardian.memory.healthy_kimg == 40, "a roll-back goes behind the collapse"
    for kimg in (48, 52):
        assert alarms(guardian.check(look(kimg, diversity=0.1))) == [("collapse", "alarm")]
    (last,) = guardian.check(look(56, diversity=0.1))
    assert last.actions == () and "best model" in last.reaction
    assert guardian.check(look(60, diversity=0.1)) == [], "not said again and again"


def test_variety_that_falls_is_a_warning(guardian: Guardian) -> None:
    assert guardian.check(look(44, diversity=0.5)) == []
    (warning,) = guardian.check(look(48, diversity=0.45))
    assert alarms([warning]) == [("collapse", "warning")] and "45%" in warning.text


def test_little_variety_at_the_start_is_no_collapse() -> None:
    guardian = Guardian(200, 1000)
    assert guardian.check(look(2, diversity=0.05)) == []


def test_copying_shows_evidence_and_strengthens_augmentation(guardian: Guardian) -> None:
    assert guardian.check(look(44, nearest_ratio=0.6)) == []
    (warning,) = guardian.check(look(48, nearest_ratio=0.6))
    assert alarms([warning]) == [("copying", "warning")] and "0.60" in warning.text
    assert set(warning.actions) == {SHOW_COPIES, MORE_AUGMENTATION}
    (alarm,) = guardian.check(look(52, nearest_ratio=0.3))
    assert alarms([alarm]) == [("copying", "alarm")]


def test_a_discriminator_that_knows_the_files_by_heart(guardian: Guardian) -> None:
    for kimg in (44, 48):
        assert guardian.check(look(kimg, augment=0.85, overfit=0.9)) == []
    (warning,) = guardian.check(look(52, augment=0.85, overfit=0.9))
    assert (warning.alarm, warning.actions) == ("overfit", (DOUBLE_GAMMA,))
    fresh = Guardian(200, 1000)
    for kimg in range(30, 60, 4):
        assert fresh.check(look(kimg, augment=0.3, overfit=0.9)) == [], "the controller's job"


def test_gamma_too_small(guardian: Guardian) -> None:
    wins = {**LOSSES, "loss_d": 0.01, "loss_g": 6.0}
    found = [guardian.check(Check(kimg, wins, HEALTHY)) for kimg in (44, 48, 52)]
    assert [alarms(one) for one in found] == [[], [], [("gamma_low", "warning")]]
    assert found[2][0].actions == (DOUBLE_GAMMA,)


def test_gamma_too_large(guardian: Guardian) -> None:
    stuck = {"loss_d": 0.693, "loss_g": 0.694, "r1": 0.4, "r2": 0.4}
    found = [guardian.check(Check(kimg, stuck, HEALTHY, gamma=5.0)) for kimg in (44, 48, 52, 56)]
    assert [alarms(one) for one in found[:3]] == [[], [], []]
    assert found[3][0].actions == (QUARTER_GAMMA,)


def test_a_slope_that_leaps(guardian: Guardian) -> None:
    for step in range(30):
        assert guardian.steps(44 + step / 10, {**LOSSES, "r1": 0.2 + step / 100}) == []
    (warning,) = guardian.steps(48, {**LOSSES, "r1": 90.0})
    assert (warning.alarm, warning.actions) == ("gamma_low", (DOUBLE_GAMMA,))


def test_more_training_that_no_longer_helps_is_advice(guardian: Guardian) -> None:
    found: list[Finding] = []
    for kimg in range(44, 120, 4):
        found += guardian.check(look(kimg, shortfall=0.3))
    assert [one.alarm for one in found] == ["plateau"] * 3
    assert "40 kimg" in found[0].text and found[0].actions == ()


def test_without_files_kept_back_nothing_is_said_of_them(guardian: Guardian) -> None:
    held_out = {name: value for name, value in HEALTHY.items() if name != "overfit"}
    for kimg in range(4, 400, 4):
        assert guardian.check(Check(kimg, LOSSES, {**held_out, "shortfall": 0.3}, 0.0, 1.0)) == []


def test_a_guardian_goes_on_from_its_state(guardian: Guardian) -> None:
    guardian.check(look(44, nearest_ratio=0.6))
    state = json.loads(json.dumps(guardian.state()))
    other = Guardian(200, 1000, memory_of(state))
    for one in (guardian, other):
        assert alarms(one.check(look(48, nearest_ratio=0.6))) == [("copying", "warning")]
    assert other.state() == guardian.state()


@pytest.mark.parametrize(
    "state",
    [
        [1], {"unknown": 1}, {"reactions": 5}, {"reactions": {"collapse": "x"}}, {"r1": "abc"},
        {"r1": 5}, {"best": "x"}, {"widest": None}, {"broken": 10**400}, {"said": [1]},
    ],
)  # fmt: skip
def test_odd_memories_are_refused(state) -> None:
    with pytest.raises((TypeError, AttributeError, OverflowError)):
        memory_of(state)
