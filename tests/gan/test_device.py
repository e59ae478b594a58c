"""Which device is taken, and how a missing one is said."""

import pytest
import torch

from studio.core.errors import StudioError
from studio.gan import device
from studio.gan.device import is_out_of_memory


@pytest.fixture
def graphics_card(monkeypatch):
    """A machine that says it has a CUDA card which knows bfloat16."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Test card")
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda including_emulation=True: True)


@pytest.fixture(autouse=True)
def same_threads():
    before = torch.get_num_threads()
    yield
    torch.set_num_threads(before)


def test_the_processor_is_always_there():
    chosen = device.choose("cpu", threads=1)
    assert chosen.torch_device.type == "cpu" and chosen.words == "CPU, 1 thread"
    assert device.choose("cpu", threads=2).words == "CPU, 2 threads"
    assert torch.get_num_threads() == 2
    assert device.available()[-1] == "cpu"


def test_one_core_is_left_to_the_window(monkeypatch):
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    device.choose("cpu")
    assert torch.get_num_threads() == 3


def test_a_graphics_card_comes_first(graphics_card):
    chosen = device.choose("auto")
    assert chosen.torch_device.type == "cuda" and chosen.words == "CUDA, Test card"
    assert device.choose("cuda:1").torch_device.index == 1
    assert device.mixed_precision(chosen.torch_device)


@pytest.mark.parametrize("name", ["gpu", "", "tpu:0"])
def test_an_unknown_name_lists_what_there_is(name):
    with pytest.raises(StudioError, match="auto, cuda, mps, cpu"):
        device.choose(name)


def test_a_missing_device_is_said(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    with pytest.raises(StudioError, match="no cuda device"):
        device.choose("cuda")


def test_apples_device(monkeypatch):
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    assert device.choose("auto").words == "MPS, Apple GPU"
    assert not device.mixed_precision(torch.device("mps"))


def test_what_training_sets_for_the_process_can_be_put_back(graphics_card, monkeypatch):
    monkeypatch.setattr(torch.cuda, "set_device", lambda _: None)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 1)
    cudnn, matmul = torch.backends.cudnn, torch.backends.cuda.matmul
    before = (torch.get_num_threads(), cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32)
    put_back = device.usual_ways()
    device.choose("cuda", threads=2, trains=True)
    assert cudnn.benchmark and matmul.allow_tf32
    put_back()
    assert (torch.get_num_threads(), cudnn.benchmark, cudnn.allow_tf32, matmul.allow_tf32) == before


def test_more_processes_than_cards_are_a_sentence(graphics_card, monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setenv("LOCAL_WORLD_SIZE", "3")
    with pytest.raises(StudioError, match="3 processes need as many graphics cards; there are 2"):
        device.choose("cuda", trains=True)


def test_windows_trains_in_one_process(monkeypatch):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 4)
    assert device.card_count("auto") == 4 and device.card_count("cuda:1") == 1
    monkeypatch.setattr("sys.platform", "win32")
    assert device.card_count("auto") == 1


def test_memory_that_nothing_uses_is_given_back(graphics_card, monkeypatch):
    called = []
    monkeypatch.setattr(torch.cuda, "empty_cache", lambda: called.append("cuda"))
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: True)
    monkeypatch.setattr(torch.mps, "empty_cache", lambda: called.append("mps"))
    device.free_memory()
    assert called == ["cuda", "mps"]


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate "
            "memory: you tried to allocate 2048000000000000 bytes."
        ),
        RuntimeError("unable to mmap 8192 bytes: Cannot allocate memory (12)"),
    ],
)
def test_memory_that_ran_out_is_known_by_what_is_said(error) -> None:
    assert is_out_of_memory(error)
    assert not is_out_of_memory(RuntimeError("shapes do not match"))
