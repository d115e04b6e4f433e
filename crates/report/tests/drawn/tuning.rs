//! Figures 10 against `tables/scale_tuning.csv` and `tables/exemplars.csv`.

use crate::chart::{Labels, Titles, chart};
use crate::grids::{heading, measures};
use crate::svg::{Drawing, FIRST, Part};
use report::{BlockRow, ExemplarRow, ScaleTuningRow, layout, read_table};
use std::path::Path;

const TOP: f64 = 58.0;
/// Of each channel: its heading, and its panels.
const HEADING: f64 = 24.0;
const PANEL: f64 = 200.0;
const BLOCK: &str = "#D65F0E";
const OUTPUT: &str = "#B2B2B2";

/// Every text and every mark of figure 10 of each block; of which blocks there is one.
pub(crate) fn check(folder: &Path, labels: Labels) -> Vec<String> {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let exemplars: Vec<ExemplarRow> = read_table(&folder.join(layout::EXEMPLARS)).unwrap();
    let rows: Vec<ScaleTuningRow> = read_table(&folder.join(layout::SCALE_TUNING)).unwrap();
    let mut found = Vec::new();
    for BlockRow { block, .. } in &blocks {
        let shown = shown(block, &exemplars);
        let path = folder.join(format!("figures/fig10_scale_tuning_{block}.svg"));
        assert_eq!(path.exists(), !shown.is_empty());
        if shown.is_empty() {
            continue;
        }
        let of_block: Vec<&ScaleTuningRow> = rows.iter().filter(|r| r.block == *block).collect();
        figure(&Drawing::read(&path), block, (&shown, &of_block), labels);
        found.push(block.clone());
    }
    found
}

/// Those that the paper names, as it names them, and then those of the largest scale metrics that are not among them.
fn shown<'a>(block: &str, exemplars: &'a [ExemplarRow]) -> Vec<&'a ExemplarRow> {
    let of_block: Vec<&ExemplarRow> = exemplars.iter().filter(|e| e.block == block).collect();
    let mut found: Vec<&ExemplarRow> = of_block.iter().copied().filter(|e| e.in_paper).collect();
    let named: Vec<usize> = found.iter().map(|e| e.channel).collect();
    let largest = of_block.iter().filter(|e| e.figure == 6);
    found.extend(largest.filter(|e| !named.contains(&e.channel)));
    found
}

fn figure(drawing: &Drawing, block: &str, (exemplars, rows): (&[&ExemplarRow], &[&ScaleTuningRow]), labels: Labels) {
    let count = exemplars.len() as f64;
    assert_eq!(drawing.size, (870.0, TOP + count * (HEADING + PANEL)));
    let title = drawing.say(&format!("Figure 10. Block {block}: scale tuning"));
    assert_eq!(title.place(), (10.0, 8.0));
    let mut x = 12.0;
    for (role, color, width) in [("Input", FIRST, "2"), ("Block", BLOCK, "2"), ("Output", OUTPUT, "7")] {
        let line = drawing
            .take("line of the legend", |e| e.tag == "polyline" && e.get("stroke") == color && e.place().1 < TOP);
        assert_eq!(line.points(), [(x, 40.0), (x + 22.0, 40.0)]);
        assert_eq!(line.get("stroke-width"), width);
        let word = drawing.take(role, |e| e.tag == "text" && e.text == role && e.place().1 < TOP);
        assert_eq!(word.place(), (x + 28.0, 40.0));
        x += 84.0;
    }
    let of_shown = |r: &&&ScaleTuningRow| exemplars.iter().any(|e| e.channel == r.channel);
    let photographs = rows.iter().filter(of_shown).any(|r| r.stimulus == "photographs");
    let words = if photographs {
        "lines: on pictures; thin, with dots: mean over top nine images, each clipped at zero"
    } else {
        "on optimised pictures"
    };
    assert_eq!(drawing.say(words).place(), (x + 12.0, 40.0));
    for (i, exemplar) in exemplars.iter().enumerate() {
        let top = TOP + i as f64 * (HEADING + PANEL);
        let words = format!("{}; {}", heading(exemplar), measures(exemplar));
        let said = drawing.take(&words, |e| e.tag == "text" && e.text == words && e.place().1 == top + 4.0);
        assert_eq!(said.number("x"), 10.0);
        for (j, (seen, title)) in [("input", "Input"), ("block", "Block"), ("output", "Output")].into_iter().enumerate()
        {
            let left = j as f64 * 290.0;
            let part = Part { left, top: top + HEADING, right: left + 290.0, bottom: top + HEADING + PANEL };
            let of_panel = rows.iter().filter(|r| r.channel == exemplar.channel && r.seen == seen);
            let of_panel: Vec<&ScaleTuningRow> = of_panel.copied().collect();
            panel(drawing, part, title, &of_panel, labels);
        }
    }
    drawing.nothing_is_left();
}

/// The logarithm of a size, from a label with two digits.
fn size(label: &str) -> f64 {
    let all = [("0.50", -1.0), ("0.71", -0.5), ("1.00", 0.0), ("1.41", 0.5), ("2.00", 1.0)];
    all.iter().find(|(l, _)| *l == label).unwrap_or_else(|| panic!("size {label}")).1
}

/// What one role answers.
type Activation = fn(&ScaleTuningRow) -> f64;

fn panel(drawing: &Drawing, part: Part, title: &str, rows: &[&ScaleTuningRow], labels: Labels) {
    let titles = Titles { x: &format!("size of what {title} prefers"), y: "activation" };
    let all = || rows.iter().flat_map(|r| [r.input_activation, r.block_activation, r.output_activation]);
    // Zero is always shown.
    let (low, high) = (all().fold(0.0, f64::min), all().fold(0.0, f64::max));
    let space = ((high - low) * 0.06).max(1e-6);
    let ranges = ((-1.0, 1.0), (low - space, high + space));
    let chart = chart(drawing, part, &titles, ranges, labels, (5, &size));
    let mut last = 0;
    let of: [(&str, &str, Activation); 3] = [
        (OUTPUT, "7", |r| r.output_activation),
        (FIRST, "2", |r| r.input_activation),
        (BLOCK, "2", |r| r.block_activation),
    ];
    for (color, wide, of) in of {
        for stimulus in ["picture", "photographs"] {
            let rows: Vec<&&ScaleTuningRow> = rows.iter().filter(|r| r.stimulus == stimulus).collect();
            if rows.is_empty() {
                continue;
            }
            let place = |what: &str, row: &ScaleTuningRow, (x, y): (f64, f64)| {
                chart.x.check(what, row.scale.ln() / 2_f64.ln(), x);
                chart.y.check(what, of(row), y);
            };
            let thin = wide.parse::<u32>().unwrap() / 2;
            let mut width = wide.to_owned();
            if stimulus == "photographs" {
                width = thin.to_string();
                for row in &rows {
                    let dot = drawing.take("dot", |e| e.tag == "circle" && part.holds(e));
                    assert_eq!((dot.get("fill"), dot.get("r")), (color, &*(thin + 1).to_string()));
                    place("a dot", row, dot.place());
                    assert!(drawing.order(dot) > last, "in front of what comes later");
                    last = drawing.order(dot);
                }
            }
            let line = drawing.take("curve", |e| e.tag == "polyline" && part.holds(e) && e.get("stroke") == color);
            assert_eq!(line.get("stroke-width"), width);
            assert_eq!(line.points().len(), rows.len());
            for (row, at) in rows.iter().zip(line.points()) {
                place("a curve", row, at);
            }
            assert!(drawing.order(line) > last, "in front of what comes later");
            last = drawing.order(line);
        }
    }
}
