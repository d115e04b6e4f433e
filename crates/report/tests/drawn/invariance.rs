//! Figure 5 against `tables/blocks.csv`.

use crate::chart::{Labels, horizontal_line, vertical};
use crate::svg::{Drawing, FIRST, Part, SECOND};
use report::{BlockRow, layout, read_table};
use std::path::Path;

/// Every text and every mark of figure 5.
pub(crate) fn check(folder: &Path) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let drawing = Drawing::read(&folder.join("figures/fig5_scale_invariance.svg"));
    let count = blocks.len();
    assert_eq!(drawing.size, ((96 * count + 80).max(480) as f64, 378.0));
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
    let part = Part::cell(drawing.size, 0.0, (1, 1), (0, 0));
    let percents = |b: &BlockRow| [b.percent_scale_invariant, b.percent_scale_invariant_no_mix];
    let highest = blocks.iter().flat_map(percents).flatten().fold(0.0, f64::max);
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
        for (j, (percent, color)) in percents(block).into_iter().zip([FIRST, SECOND]).enumerate() {
            let Some(percent) = percent else { continue };
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
            assert_eq!(label.number("y"), top - 3.0);
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
    }
    drawing.nothing_is_left();
}
