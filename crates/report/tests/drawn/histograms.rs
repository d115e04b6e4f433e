//! Figure 2 against `tables/blocks.csv` and `tables/mix_histogram.csv`.

use crate::chart::{Labels, Titles, chart, dashes, number, whisker};
use crate::svg::{Drawing, FIRST, Part};
use report::{BlockRow, HistogramRow, layout, read_table};
use std::path::Path;

/// The space above all panels.
const TITLE: f64 = 34.0;

/// Every text and every mark of figure 2.
pub(crate) fn check(folder: &Path) {
    let blocks: Vec<BlockRow> = read_table(&folder.join(layout::BLOCKS)).unwrap();
    let bins: Vec<HistogramRow> = read_table(&folder.join(layout::HISTOGRAM)).unwrap();
    let drawing = Drawing::read(&folder.join("figures/fig2_mix_ratios.svg"));
    let columns = blocks.len().clamp(1, 4);
    let rows = blocks.len().div_ceil(4).max(1);
    let width = (300 * columns).max(460);
    assert_eq!(drawing.size, (width as f64, (250 * rows + 34) as f64));
    let title = drawing.say("Figure 2. Mix ratios O(I) / O(B) of each block's channels");
    assert_eq!(title.place(), (10.0, 10.0));
    for (i, block) in blocks.iter().enumerate() {
        let part = Part::cell(drawing.size, TITLE, (rows, columns), (i / columns, i % columns));
        let name = &block.block;
        let studied = if block.studied == block.channels {
            format!("{name} (n = {})", block.studied)
        } else {
            format!("{name} (n = {} of {})", block.studied, block.channels)
        };
        let heading = drawing.say_in(part, &studied);
        let first = if block.seeds > 1 { "first seed: " } else { "" };
        let counts = drawing
            .say_in(part, &format!("{first}overwrite {}, mix {}, skip {}", block.overwrite, block.mix, block.skip));
        assert!(heading.number("y") < counts.number("y"));
        let titles = Titles { x: "mix ratio (last bin: 4.75 and above)", y: "channels" };
        let of_block: Vec<&HistogramRow> = bins.iter().filter(|b| b.block == *name).collect();
        let highest = of_block.iter().flat_map(|b| [b.count, b.count_largest]).max().unwrap_or(0).max(1);
        let ranges = ((0.0, 5.0), (0.0, highest as f64 * 1.18));
        let chart = chart(&drawing, part, &titles, ranges, Labels::Exact, (5, &number));
        // Whole channels, each number once; never more labels than five and a grid at least at 0 and 1.
        let labels = &chart.y_labels;
        assert_eq!(labels[0], "0");
        assert!((2..=6).contains(&labels.len()), "{labels:?}");
        assert!(labels.windows(2).all(|l| l[0] != l[1]), "{labels:?}");
        for bin in of_block {
            let height = if block.seeds > 1 { bin.count_over_seeds } else { bin.count as f64 };
            if height == 0.0 {
                continue;
            }
            let bar = drawing.take("bar", |e| e.tag == "rect" && part.holds(e) && e.get("fill") == FIRST);
            let (x, y) = bar.place();
            chart.x.check("left of a bar", bin.from, x);
            chart.x.check("right of a bar", bin.to, x + bar.number("width"));
            chart.y.check("top of a bar", height, y);
            chart.y.check("foot of a bar", 0.0, y + bar.number("height"));
            if block.seeds > 1 {
                let middle = (bin.from + bin.to) / 2.0;
                let ends = [bin.count_smallest as f64, bin.count_largest as f64];
                let [at, left, right] =
                    whisker(&drawing, part, &chart.y, ends, |x| (x - chart.x.at(middle)).abs() < 1.1);
                chart.x.check("line of a bar", middle, at);
                chart.x.check("left of its ends", middle - 0.06, left);
                chart.x.check("right of its ends", middle + 0.06, right);
            }
        }
        dashes(&drawing, part, &chart, 1.0, 6.0);
    }
    drawing.nothing_is_left();
}
