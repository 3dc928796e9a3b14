"""The arithmetic of the benchmarks, and that a failing peer or archive is named, not counted."""

import contextlib
import hashlib
import io
import pathlib
import subprocess
import sys
import tempfile
import unittest
import xml.dom.minidom

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

import archives
import chart
import harness
import modules
import plot
from toolchain import CannotBuild


class FakeOrigin:
    package, archive = "fake", "fake.tar"

    def __init__(self, contents, sha256):
        self.contents, self.sha256 = contents, sha256

    def download(self, folder):
        if self.contents is not None:
            (folder / self.archive).write_bytes(self.contents)
        return "not found\n"

    def __str__(self):
        return "nowhere"


def quiet_compare(peers, names, build):
    with contextlib.redirect_stdout(io.StringIO()) as out:
        results, broken = harness.compare(peers, names, build, 2, None)
    return results, broken, out.getvalue()


class Figures(unittest.TestCase):
    def test_geometric_mean(self):
        self.assertAlmostEqual(harness.geomean([0.5, 2.0, 1.0]), 1.0)
        self.assertAlmostEqual(harness.geomean([0.25]), 0.25)

    def test_ratios_are_of_programs_that_both_ran(self):
        results = {"a": {"tappet": 1.0, "other": 4.0}, "b": {"tappet": 1.0}, "c": {"other": 1.0}}
        self.assertEqual(harness.ratios(results, "tappet", "other"), [0.25])

    def test_median(self):
        peer = harness.Peer("one", "printf x")
        medians, failures = harness.measure([peer], "module", "x", 3)
        self.assertEqual(failures, {})
        self.assertGreaterEqual(medians["one"], 0)


class Peers(unittest.TestCase):
    def test_module_replaces_its_place_or_comes_last(self):
        self.assertEqual(harness.Peer("p", "run {wasm} --x").arguments("m"), ["run", "m", "--x"])
        self.assertEqual(harness.Peer("p", "run --x").arguments("m"), ["run", "--x", "m"])

    def test_failures_are_named_and_have_no_figure(self):
        peers = [harness.Peer("tappet", "printf right"), harness.Peer("wrong", "printf left"),
                 harness.Peer("failing", "sh -c 'echo reason >&2; exit 3'"),
                 harness.Peer("missing", "/nonexistent/program")]
        results, broken, out = quiet_compare(peers, ["a"], lambda *_: ("module", "right"))
        self.assertEqual(list(results["a"]), ["tappet"])
        self.assertEqual(broken, [])
        self.assertIn("wrong wrong: left instead of right", out)
        self.assertIn("failing cannot: reason", out)
        self.assertIn("missing cannot:", out)

    def test_tappet_itself_failing_is_broken(self):
        peers = [harness.Peer("tappet", "false"), harness.Peer("other", "printf right")]
        results, broken, _ = quiet_compare(peers, ["a"], lambda *_: ("module", "right"))
        self.assertEqual(broken, ["a"])
        self.assertEqual(harness.ratios(results, "tappet", "other"), [])

    def test_what_cannot_be_built_is_broken_and_the_rest_runs(self):
        def build(name, _):
            if name == "a":
                raise CannotBuild("no source")
            return "module", "right"
        peers = [harness.Peer("tappet", "printf right")]
        results, broken, out = quiet_compare(peers, ["a", "b"], build)
        self.assertEqual((list(results), broken), (["b"], ["a"]))
        self.assertIn("cannot: no source", out)


class Chart(unittest.TestCase):
    def test_is_xml_with_gaps_and_without_peers(self):
        full = {"a<b": {"tappet": 1.0, "x&y": 2.0}, "b": {"tappet": 1.0}}
        for results, names in [(full, ["tappet", "x&y"]), (full, ["tappet"]), ({}, ["tappet"]),
                               ({"a": {"tappet": 1.0}}, ["tappet", "absent"])]:
            text = chart.draw(results, names)
            xml.dom.minidom.parseString(text)
        self.assertIn("0.50", chart.draw(full, ["tappet", "x&y"]))


    def test_plot_is_xml_without_what_cannot_be_shown(self):
        lines = {"a<b": [(0.1, 1), (40, 300)], "b": [(1, -0.1)]}
        full = plot.plot(lines, {"m": (2, 3), "n": (1, 0)}, "x", "y")
        self.assertEqual(full.count("<circle"), 3)
        for text in [full, plot.plot({}, {}, "x", "y"), plot.plot({"a": [(1, 1)]}, {}, "x", "y")]:
            xml.dom.minidom.parseString(text)


class Modules(unittest.TestCase):
    def test_leb(self):
        for value in [0, 1, 127, 128, 16383, 16384, 2**32 - 1]:
            self.assertEqual(modules.read_leb(b"x" + modules.leb(value) + b"y", 1),
                             (value, 1 + len(modules.leb(value))))

    def test_repeated_functions_are_as_many_and_valid(self):
        large = modules.repeat_functions(modules.EMPTY, 300)
        counts = {id: modules.read_leb(contents, 0)[0] for id, contents in modules.sections(large)}
        self.assertEqual(counts, {1: 1, modules.FUNCTION: 300, 7: 1, modules.CODE: 300})
        with tempfile.TemporaryDirectory() as folder:
            for name, contents in [("empty", modules.EMPTY), ("large", large)]:
                path = pathlib.Path(folder) / name
                path.write_bytes(contents)
                subprocess.run([TAPPET, "validate", str(path)], check=True)
                subprocess.run([TAPPET, "run", str(path)], check=True)

    def test_largest_core_module(self):
        small, large = b"\0asm\1\0\0\0", modules.EMPTY
        component = b"\0asm\x0d\0\1\0"
        for id, contents in [(1, small), (1, large), (4, large * 9), (1, small)]:
            component += bytes([id]) + modules.leb(len(contents)) + contents
        self.assertEqual(modules.largest_core_module(component), large)


class Archives(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        before = archives.CACHE
        archives.CACHE = pathlib.Path(folder.name)
        self.addCleanup(setattr, archives, "CACHE", before)

    def test_only_the_known_contents_are_taken(self):
        good = hashlib.sha256(b"contents").hexdigest()
        self.assertEqual(archives.get(FakeOrigin(b"contents", good)).read_bytes(), b"contents")
        # What lies there already is checked as well.
        with self.assertRaisesRegex(CannotBuild, "not the one"):
            archives.get(FakeOrigin(b"changed", "0" * 64))

    def test_a_failed_download_says_why(self):
        with self.assertRaisesRegex(CannotBuild, "from nowhere: not found"):
            archives.get(FakeOrigin(None, "0" * 64))

    def test_one_folder_of_an_archive_is_unpacked(self):
        inner = archives.CACHE / "top/one/two"
        inner.mkdir(parents=True)
        (inner / "file").write_text("x")
        (archives.CACHE / "top/other").write_text("y")
        tar = archives.CACHE / "made.tar"
        subprocess.run(["tar", "-cf", str(tar), "-C", str(archives.CACHE), "top"], check=True)
        origin = FakeOrigin(tar.read_bytes(), hashlib.sha256(tar.read_bytes()).hexdigest())
        folder = archives.unpack(origin, "one/two")
        self.assertEqual((folder / "file").read_text(), "x")
        self.assertFalse((folder / "../../other").exists())
        self.assertEqual((archives.unpack(origin, "") / "other").read_text(), "y")
        with self.assertRaisesRegex(CannotBuild, "three"):
            archives.unpack(origin, "three")

    def test_package_lists_ask_for_sources_of_the_release(self):
        apt = archives.CACHE / "sources.list.d"
        apt.mkdir()
        (apt / "a.sources").write_text(
            "Types: deb\n# a remark\nURIs: http://a.example\nSuites: stable stable-updates\n"
            "Components: main extra\nSigned-By: /key\n\nTypes: deb\nURIs: http://b.example\n"
            "Suites: stable-security\nComponents: main\n\nEnabled: no\nTypes: deb\n"
            "URIs: http://c.example\nSuites: stable\nComponents: main\n")
        (archives.CACHE / "sources.list").write_text(
            "# deb http://d.example stable main\ndeb [arch=amd64] http://e.example stable main\n"
            "deb http://f.example stable-updates main\n")
        self.assertEqual(list(archives.source_entries(archives.CACHE)), [
            "deb-src [signed-by=/key] http://a.example stable main extra",
            "deb-src [arch=amd64] http://e.example stable main"])


if __name__ == "__main__":
    TAPPET = sys.argv.pop(1)
    unittest.main()
