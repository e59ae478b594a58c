"""The queue and what the guardian and the measures say, followed on disk."""

import pytest

from studio.core.errors import StudioError
from studio.core.run_folder import RunFolder, TrainConfig
from studio.ui import run_watch
from studio.ui.run_watch import RunWatch
from studio.ui.run_words import state_words


class Children:
    """Trainers that would have been started; each can take its run's lock, and end."""

    def __init__(self):
        self.started, self.commands = [], []
        self.alive = {}

    def begin(self, command, **options):
        self.commands.append(command)
        path = command[command.index("--out") + 1]
        self.started.append(path.rpartition("/")[2])
        children = self

        class Child:
            def poll(self):
                return None if path in children.alive else 0

        self.alive[path] = None
        return Child()

    def lock(self, run):
        lock = run.lock()
        assert lock.acquire()
        self.alive[str(run.path)] = lock

    def end(self, run, event="finished"):
        run.append(event, kimg=1.0)
        lock = self.alive.pop(str(run.path))
        if lock is not None:
            lock.release()


@pytest.fixture
def children(monkeypatch):
    children = Children()
    monkeypatch.setattr(run_watch.subprocess, "Popen", children.begin)
    yield children
    for lock in children.alive.values():
        if lock is not None:
            lock.release()


def config(name):
    return TrainConfig("fake", "/folder", name)


def begin(watch, children, name):
    """A run that has taken its lock and trains."""
    run = watch.begin(config(name), name).run
    children.lock(run)
    run.append("start", kimg=0, total_kimg=10, device="CPU")
    watch.look()
    return run


def test_runs_train_one_after_the_other(watch, children):
    told = []
    watch.begun.connect(lambda run: told.append(run.name))
    first = begin(watch, children, "one")
    second, third = (watch.begin(config(name), name) for name in ("two", "three"))
    assert (second.state, second.place, third.place) == ("queued", 1, 2)
    assert [run.name for run in watch.runs] == ["one", "two", "three"]
    assert state_words(second) == "Next in the queue" and state_words(third) == "Queued, place 2"
    watch.queue.move_up("three")
    watch.look()
    assert children.started == ["one"]
    children.end(first)
    watch.look()
    assert children.started == ["one", "three"] and told == ["three"]
    assert watch.training is third and third.state == "starting"
    watch.look()
    assert children.started == ["one", "three"], "never two at once"
    children.lock(third.run)
    watch.look()
    children.end(third.run, "error")
    watch.look()
    assert children.started == ["one", "three", "two"], "a failed one stops no other"
    assert watch.queue.names() == []


def test_the_queue_goes_on_after_a_restart_of_the_studio(context, children):
    before = RunWatch(context.places)
    first = begin(before, children, "one")
    before.begin(config("two"), "two")
    before.close()
    children.end(first)
    after = RunWatch(context.places)
    after.look()
    assert children.started == ["one", "two"]
    after.close()


def test_two_windows_never_begin_two(context, watch, children):
    first = begin(watch, children, "one")
    watch.begin(config("two"), "two")
    watch.begin(config("three"), "three")
    other = RunWatch(context.places)
    children.end(first)
    watch.look()
    other.look()  # two is not alive yet as far as the other window can see
    assert children.started == ["one", "two"]
    children.lock(RunFolder(context.places.runs_path / "two"))
    watch.look()
    other.look()
    assert children.started == ["one", "two"]
    other.close()


def test_a_paused_run_keeps_its_turn_until_another_is_started(watch, children):
    first = begin(watch, children, "one")
    second = watch.begin(config("two"), "two")
    watch.pause(first)
    watch.look()
    assert watch.active.name == "one" and watch.training is None
    watch.look()
    assert children.started == ["one"], "a person paused to have the computer to themselves"
    watch.resume_or_wait(second.run)
    watch.look()
    assert children.started == ["one", "two"] and watch.training is second
    watch.resume_or_wait(first)
    watch.look()
    assert watch.queue.names() == ["one"] and first.command() == "pause"
    children.lock(second.run)
    watch.look()
    children.end(second.run)
    watch.look()
    assert first.command() == "run" and children.started == ["one", "two"]


def test_a_queue_that_cannot_be_written_says_so_and_starts_nothing(watch, children, monkeypatch):
    first = begin(watch, children, "one")
    watch.begin(config("two"), "two")
    errors = []
    watch.failed.connect(errors.append)

    def full(path, content):
        raise StudioError("The disk is full.")

    monkeypatch.setattr("studio.core.run_queue.write_bytes", full)
    children.end(first)
    watch.look()
    assert [str(error) for error in errors] == ["The disk is full."]
    assert children.started == ["one"]


def test_a_run_that_waits_for_room_says_why_and_is_paused(watch, children):
    run = begin(watch, children, "one")
    run.append("paused", kimg=1, text="The disk is full; training waits for room.")
    watch.look()
    one = watch.runs[0]
    assert (one.state, state_words(one)) == ("paused", "Waiting")
    run.append("progress", kimg=1.1)
    watch.look()
    assert one.state == "running"


def test_measures_and_notices_are_kept_and_go_back_with_a_checkpoint(watch, children):
    run = begin(watch, children, "one")
    run.append("measure", kimg=1, kid_rand=0.2, best=True)
    run.append("measure", kimg=3, kid_rand=0.1, best=True)
    run.append("guardian", kimg=3, alarm="gpu", level="alarm", text="The GPU is gone.")
    run.append("guardian", level="note", kimg=None)
    run.append("start", kimg=2, total_kimg=10, device="CPU", resumed_from=2)
    run.append("progress", kimg="far", loss_d=None)
    watch.look()
    one = watch.runs[0]
    assert [measure["kimg"] for measure in one.measures] == [1.0]
    assert [notice["text"] for notice in one.notices if "text" in notice] == ["The GPU is gone."]
    assert one.best_kimg == 3 and one.figures[-1]["kimg"] == 2.0


def test_curves_follow_the_guardian_back(watch, children):
    run = begin(watch, children, "one")
    for kimg in (1, 2, 3):
        run.append("progress", kimg=kimg)
    run.append("sample", kimg=3, file="3.png")
    run.append("guardian", kimg=1, alarm="collapse", level="alarm", text="Collapsed.")
    run.append("note", text="A damaged checkpoint was passed over.")
    run.append("progress", kimg=1.5)
    watch.look()
    one = watch.runs[0]
    assert [figure["kimg"] for figure in one.figures] == [1, 1.5] and one.samples == []
    assert [notice["text"].split()[0] for notice in one.notices] == ["Collapsed.", "A"]
    assert one.status.kimg == 1.5


def test_a_run_by_kimg_is_made_longer_by_kimg(watch, children):
    run = begin(watch, children, "one")
    children.end(run)
    watch.look()
    run.lengthen(kimg=42.5)
    watch.resume(run)
    run.append("start", kimg=1, total_kimg=42.5, device="CPU")
    watch.look()
    assert watch.runs[0].config.kimg == 42.5, "the next hour counts from there"


def test_a_paused_run_stays_above_those_that_wait(watch, children):
    first = begin(watch, children, "one")
    watch.begin(config("two"), "two")
    first.tell("pause")
    first.append("paused", kimg=0, text="")
    watch.look()
    assert [(run.name, run.state) for run in watch.runs] == [("one", "paused"), ("two", "queued")]
