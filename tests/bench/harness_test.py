"""The arithmetic of the benchmarks, and that a failing peer or archive is named, not counted."""

import contextlib
import hashlib
import io
import json
import pathlib
import subprocess
import sys
import tempfile
import types
import unittest
import xml.dom.minidom

sys.dont_write_bytecode = True
sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "bench"))

import archives
import chart
import figures
import harness
import modules
import plot
import svg
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
        self.assertAlmostEqual(figures.geomean([0.5, 2.0, 1.0]), 1.0)
        self.assertAlmostEqual(figures.geomean([0.25]), 0.25)

    def test_ratios_are_of_programs_that_both_ran(self):
        results = {"a": {"tappet": 1.0, "other": 4.0}, "b": {"tappet": 1.0}, "c": {"other": 1.0}}
        self.assertEqual(figures.ratios(results, "tappet", "other"), [0.25])

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
        self.assertEqual(figures.ratios(results, "tappet", "other"), [])

    def test_what_cannot_be_built_is_broken_and_the_rest_runs(self):
        def build(name, _):
            if name == "a":
                raise CannotBuild("no source")
            return "module", "right"
        peers = [harness.Peer("tappet", "printf right")]
        results, broken, out = quiet_compare(peers, ["a", "b"], build)
        self.assertEqual((list(results), broken), (["b"], ["a"]))
        self.assertIn("cannot: no source", out)


def a_report(results, names):
    return {"machine": "a <fast> one", "processors": 2, "date": "2026-01-02", "rounds": 5,
            "compiler": "clang", "names": names, "versions": {name: "1.0" for name in names},
            "command": "./dev bench core --peer 'x&y=x&y {wasm}'", "results": results}


class Chart(unittest.TestCase):
    FULL = {"a<b": {"tappet": 1.0, "x&y": 2.0}, "b": {"tappet": 1.0}, "c": {"tappet": 1, "x&y": 8}}

    def test_is_xml_with_gaps_and_without_peers(self):
        for results, names in [(self.FULL, ["tappet", "x&y"]), (self.FULL, ["tappet"]),
                               ({}, ["tappet"]), ({"a": {"tappet": 1.0}}, ["tappet", "absent"]),
                               ({"a": {"tappet": 500.0, "slow": 0.001}}, ["tappet", "slow"])]:
            xml.dom.minidom.parseString(chart.draw(a_report(results, names)))

    def test_shows_means_every_ratio_and_what_is_needed_to_repeat_it(self):
        drawing = chart.draw(a_report(self.FULL, ["tappet", "x&y"]))
        for words in [">0.25<", "a&lt;b, tappet: 0.50", "c, tappet: 0.12", "2026-01-02",
                      "a &lt;fast&gt; one", "x&amp;y: 1.0", "prefers-color-scheme:dark"]:
            self.assertIn(words, drawing)

    def test_every_series_differs_by_shape_and_has_a_colour_on_both_grounds(self):
        marks = {svg.mark(i, 0, 0, "").partition('class="')[0] for i in range(len(svg.SERIES))}
        self.assertEqual(len(marks), len(svg.SERIES))
        for light, dark in [*svg.SERIES, *svg.GROUND.values()]:
            self.assertNotEqual(light, dark)

    def test_table_says_least_and_most(self):
        table = chart.markdown(a_report(self.FULL, ["tappet", "x&y", "absent"]), "p.svg")
        self.assertIn("| x&y (1.0) | 0.25 | c 0.12 | a<b 0.50 | 2 |", table)
        self.assertNotIn("absent", table.partition("Again:")[0])
        self.assertIn("![", table)

    def test_figures_replace_those_of_their_name_only(self):
        page = ("a\n<!-- figures: core -->\nold\n<!-- end of figures -->\nb\n"
                "<!-- figures: real -->\nkept\n<!-- end of figures -->\n")
        new = chart.insert(page, "core", "new \\1")
        self.assertEqual(new, page.replace("old", "new \\1"))
        self.assertEqual(chart.insert(new, "core", "old"), page)
        with self.assertRaisesRegex(ValueError, "not one place"):
            chart.insert("nothing", "core", "new")

    def test_publishing_writes_drawing_and_page(self):
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            (folder / "results").mkdir()
            (folder / "results/core.json").write_text(
                json.dumps(a_report(self.FULL, ["tappet", "x&y"])))
            page = folder / "README.md"
            page.write_text("<!-- figures: core -->\n<!-- end of figures -->\n")
            chart.publish("core", page, folder / "results")
            self.assertIn("results/core.svg", page.read_text())
            xml.dom.minidom.parse(str(folder / "results/core.svg"))

    def test_the_page_shows_the_results_that_are_kept(self):
        readme = (chart.ROOT / "README.md").read_text(encoding="utf-8")
        kept = sorted(chart.RESULTS.glob("*.json"))
        self.assertEqual(len(kept), readme.count("<!-- figures: "))
        for path in kept:
            report = json.loads(path.read_text(encoding="utf-8"))
            picture = path.with_suffix(".svg")
            table = chart.markdown(report, picture.relative_to(chart.ROOT))
            self.assertEqual(chart.insert(readme, path.stem, table), readme)
            self.assertEqual(picture.read_text(encoding="utf-8"), chart.draw(report))

    def test_command_to_repeat_names_programs_without_their_folders(self):
        options = types.SimpleNamespace(
            rounds=3,
            peers=[harness.Peer("tappet", "/a/tappet"), harness.Peer("o p", "/far/o --x {wasm}")])
        self.assertEqual(harness.repeat("core", options),
                         "./dev bench core --peer 'o p=o --x {wasm}' --rounds 3")

    def test_plot_is_xml_without_what_cannot_be_shown(self):
        lines = {"a<b": [(0.1, 1), (40, 300)], "b": [(1, -0.1)]}
        full = plot.plot(lines, {"m": (2, 3), "n": (1, 0)}, "x", "y")
        self.assertEqual(full.count("<title>a&lt;b</title>"), 3)  # two points and the legend
        self.assertEqual(full.count("<circle"), 1)
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
