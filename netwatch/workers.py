"""Several captures side by side, one process each, with results in the order of the paths.

Workers are spawned, not forked, so that it works wherever Python does. They get the checked pack,
never a path to it: all of them match against the same list. The parent hears of progress through
two shared counters and tells them to stop through one flag.
"""

import os
import signal
import tempfile
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from typing import TYPE_CHECKING, Any, Final

import msgspec

from netwatch.capture.files import STDIN
from netwatch.errors import NetwatchError
from netwatch.match.matcher import Matcher
from netwatch.match.signatures import Pack
from netwatch.model import Capture
from netwatch.outputs.text import line_text
from netwatch.stop import Stop
