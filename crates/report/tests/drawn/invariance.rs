//! Figure 5 against `tables/blocks.csv`.

use crate::chart::{Labels, horizontal_line, vertical, whisker};
use crate::svg::{Drawing, FIRST, INK, MEAN, Part, SECOND};
use report::{BlockRow, layout, read_table};
use std::path::Path;

/// A bar: the percent, the ends of its interval, what chance gives.
struct Bar {
    percent: f64,
    ends: Option<[f64; 2]>,
    chance: Option<f64>,
}

impl Bar {
    fn top(&self) -> f64 {
        let above = self.ends.into_iter().flatten().chain(self.chance);
        above.fold(self.percent, f64::max)
    }
}

/// All criteria, and those without the mix: over seeds where the table has that.
fn bars(b: &BlockRow) -> [Option<Bar>; 2] {
    let bar = |over_seeds: Option<f64>, first: Option<f64>, low: Option<f64>, high: Option<f64>, chance| {
        let percent = over_seeds.or(first)?;
        Some(Bar { percent, ends: low.and_then(|low| Some([low, high?])), chance })
    };
    let all = bar(
        b.percent_scale_invariant_over_seeds,
        b.percent_scale_invariant,
        b.percent_scale_invariant_low,
        b.percent_scale_invariant_high,
        b.pairing_percent,
    );
    let no_mix = bar(
        b.percent_scale_invariant_no_mix_over_seeds,
        b.percent_scale_invariant_no_mix,
        b.percent_scale_invariant_no_mix_low,
        b.percent_scale_invariant_no_mix_high,
        b.pairing_no_mix_percent,
    );
    [all, no_mix]
}

/// Every text and every mark of figure 5.
pub(crate) fn check(folder: &Path) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let drawing = Drawing::read(&folder.join("figures/fig5_scale_invariance.svg"));
    let count = blocks.len();
    assert_eq!(drawing.size, ((96 * count + 80).max(480) as f64, 412.0));
    let title = drawing.say("Figure 5. Scale-invariant channels");
    assert_eq!(title.place(), (10.0, 10.0));
    for (i, (color, words)) in [(FIRST, "all criteria"), (SECOND, "without the mix criterion")].into_iter().enumerate()
    {
        let x = 12.0 + 110.0 * i as f64;
        let square = drawing
            .take("square of the legend", |e| e.tag == "rect" && e.get("fill") == color && e.place() == (x, 34.0));
        assert_eq!((square.number("width"), square.number("height")), (11.0, 11.0));
        assert_eq!(drawing.say(words).place(), (x + 16.0, 40.0));
    }
    for (words, color, points) in [
        ("95% of resamples of the channels", INK, [(17.0, 51.0), (17.0, 63.0)]),
        ("by chance: permuted pairs", MEAN, [(242.0, 57.0), (254.0, 57.0)]),
    ] {
        drawing.take("line of the legend", |e| e.tag == "polyline" && e.get("stroke") == color && e.points() == points);
        assert_eq!(drawing.say(words).number("y"), 57.0);
    }
    let part = Part::cell(drawing.size, 0.0, (1, 1), (0, 0));
    let highest = blocks.iter().flat_map(bars).flatten().map(|b| b.top()).fold(0.0, f64::max);
    let (y, labels) =
        vertical(&drawing, part, ("percent of channels", (0.0, (highest * 1.15).max(10.0))), Labels::Exact);
    assert!(labels.iter().all(|l| !l.contains('.')), "{labels:?}");
    let (line, left, right) = horizontal_line(&drawing, part, y.ends);
    // Fewer than four blocks leave space at either side.
    let beside = if count < 4 { (4 - count.max(1)) as f64 / 2.0 } else { 0.0 };
    let unit = (right - left) / (count.max(1) as f64 + 2.0 * beside);
    // All three places are cut to whole units: the ends of the line, each by less than 1, and what is found.
    let near = |value: f64, found: f64| {
        let expected = left + (value + beside) * unit;
        assert!((found - expected).abs() < 2.0, "{value} belongs at {expected}, not at {found}");
    };
    for (i, block) in blocks.iter().enumerate() {
        for (j, (of_bar, color)) in bars(block).into_iter().zip([FIRST, SECOND]).enumerate() {
            let Some(of_bar) = of_bar else { continue };
            let percent = of_bar.percent;
            let bar = drawing.take("bar", |e| e.tag == "rect" && e.get("fill") == color);
            let (x, top) = bar.place();
            let from = i as f64 + [0.14, 0.50][j];
            near(from, x);
            near(from + 0.34, x + bar.number("width"));
            y.check("top of a bar", percent, top);
            y.check("foot of a bar", 0.0, top + bar.number("height"));
            let label = drawing.take("percent over a bar", |e| {
                e.tag == "text" && e.get("dy") == "-0.5ex" && e.text == format!("{percent:.1}")
            });
            near(from + 0.17, label.number("x"));
            y.check("foot of a label", of_bar.top(), label.number("y") + 3.0);
            let middle = left + (from + 0.17 + beside) * unit;
            if let Some(ends) = of_bar.ends {
                let [at, l, r] = whisker(&drawing, part, &y, ends, |x| (x - middle).abs() < 2.0);
                near(from + 0.17, at);
                near(from + 0.12, l);
                near(from + 0.22, r);
            }
            if let Some(chance) = of_bar.chance {
                let line = drawing.take("line of chance", |e| e.tag == "polyline" && e.get("stroke") == MEAN);
                let points = line.points();
                near(from, points[0].0);
                near(from + 0.34, points[1].0);
                y.check("what chance gives", chance, points[0].1);
                assert_eq!(points[0].1, points[1].1);
            }
        }
        let studied = if block.studied == block.channels {
            format!("n = {}", block.studied)
        } else {
            format!("{} of {}", block.studied, block.channels)
        };
        for (words, below) in [(&block.block, 8.0), (&studied, 26.0)] {
            // The line is drawn one unit below zero.
            let text =
                drawing.take(words, |e| e.tag == "text" && e.text == *words && e.number("y") == line - 1.0 + below);
            assert_eq!(text.get("text-anchor"), "middle");
            near(i as f64 + 0.5, text.number("x"));
        }
        let tests = [(block.pairing_p, block.pairing_q), (block.pairing_no_mix_p, block.pairing_no_mix_q)];
        for (j, (p, q)) in tests.into_iter().enumerate() {
            let Some(p) = p else { continue };
            let said = |p: f64| if p < 0.001 { format!("{p:.0e}") } else { format!("{p:.3}") };
            let words = format!("p = {}{}", said(p), q.map_or(String::new(), |q| format!(", q = {}", said(q))));
            let text = drawing.take(&words, |e| {
                e.tag == "text" && e.text == words && e.number("y") == line - 1.0 + 42.0 + 14.0 * j as f64
            });
            near(i as f64 + 0.5, text.number("x"));
        }
    }
    drawing.nothing_is_left();
}
