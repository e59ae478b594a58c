"""History holds for any sequence of edits, undos and redos."""

from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from studio.core.history import History

edits = st.lists(st.tuples(st.integers(0, 5), st.sampled_from([None, "a", "b"])), max_size=30)


@given(edits)
def test_undoing_everything_returns_to_the_start_and_redoing_to_the_end(edits):
    history = History(0)
    for value, gesture in edits:
        history.apply(value, "edit", gesture)
    end, steps = history.value, 0
    while history.undo_text is not None:
        history.undo()
        steps += 1
    assert history.value == 0
    assert steps <= len(edits)
    while history.redo_text is not None:
        history.redo()
    assert history.value == end


@given(st.lists(st.integers(), min_size=1, max_size=40), st.integers(1, 10))
def test_the_limit_bounds_how_far_back_one_can_go(values, limit):
    history = History(None, limit)
    for value in values:
        history.apply(value, "edit")
    steps = 0
    while history.undo_text is not None:
        history.undo()
        steps += 1
    assert steps <= limit


@given(st.lists(st.integers(1, 9), min_size=1, max_size=20))
def test_one_gesture_is_one_step_however_long(values):
    history = History(0)
    for value in values:
        history.apply(value, "drag", "gesture")
    history.undo()
    assert (history.value, history.undo_text) == (0, None)


class Edits(RuleBasedStateMachine):
    """Compares a history with the plainest model of one: a list of values and a place in it."""

    def __init__(self):
        super().__init__()
        self.history = History(0)
        self.values, self.place = [0], 0
        self.heard = []
        self.history.on_change.append(self.heard.append)

    @rule(value=st.integers(0, 3))
    def edit(self, value):
        if value != self.values[self.place]:
            self.values = [*self.values[: self.place + 1], value]
            self.place += 1
        self.history.apply(value, "edit")

    @rule()
    def undo(self):
        self.place = max(0, self.place - 1)
        self.history.undo()

    @rule()
    def redo(self):
        self.place = min(len(self.values) - 1, self.place + 1)
        self.history.redo()

    @invariant()
    def agrees(self):
        assert self.history.value == self.values[self.place]
        assert (self.history.undo_text is None) == (self.place == 0)
        assert (self.history.redo_text is None) == (self.place == len(self.values) - 1)
        assert not self.heard or self.heard[-1] == self.history.value


TestEdits = Edits.TestCase
