//! What a folder is drawn as: every figure, told once for all tests and independently of what declares it.
#![allow(dead_code, reason = "each test file uses a part of this")]

/// A figure, or one for each block.
pub(crate) struct Known {
    /// What the names of its files begin with, before the block if there is one for each.
    pub(crate) name: &'static str,
    pub(crate) of_each_block: bool,
    pub(crate) needs_images: bool,
    /// Whether it is a sheet of pictures instead of a chart.
    pub(crate) is_sheet: bool,
    pub(crate) made_from: &'static [&'static str],
    /// The numbers in its caption; `block` is its block.
    pub(crate) numbers: &'static [&'static str],
}

const CHART: Known =
    Known { name: "", of_each_block: false, needs_images: false, is_sheet: false, made_from: &[], numbers: &[] };

pub(crate) const FIGURES: [Known; 12] = [
    Known {
        name: "fig1_exemplars",
        of_each_block: true,
        is_sheet: true,
        made_from: &["tables/blocks.csv", "tables/exemplars.csv"],
        numbers: &["1", "block"],
        ..CHART
    },
    Known {
        name: "fig2_mix_ratios",
        made_from: &["tables/blocks.csv", "tables/mix_histogram.csv"],
        numbers: &["2", "0.25", "4.75", "1/1.5", "1.5", "1"],
        ..CHART
    },
    Known {
        name: "fig3_weights",
        made_from: &["tables/panels.csv", "tables/channels.csv"],
        numbers: &["3", "1.1", "2.1", "3.1"],
        ..CHART
    },
    Known {
        name: "fig4_block_and_tuning",
        made_from: &["tables/panels.csv", "tables/channels.csv"],
        numbers: &["4", "1", "1", "1.1", "2.1", "3.1"],
        ..CHART
    },
    Known {
        name: "fig5_scale_invariance",
        made_from: &["tables/blocks.csv"],
        numbers: &["5", "1/1.5", "1.5", "95"],
        ..CHART
    },
    Known {
        name: "fig6_scale",
        of_each_block: true,
        is_sheet: true,
        made_from: &["tables/blocks.csv", "tables/exemplars.csv"],
        numbers: &["6", "8", "block"],
        ..CHART
    },
    Known {
        name: "fig9_contributions",
        needs_images: true,
        made_from: &["tables/panels.csv", "tables/channels.csv"],
        numbers: &["9", "1", "1"],
        ..CHART
    },
    Known {
        name: "fig10_scale_tuning",
        of_each_block: true,
        made_from: &["tables/blocks.csv", "tables/exemplars.csv", "tables/scale_tuning.csv"],
        numbers: &["10", "6", "8", "1", "2", "0.5", "1"],
        ..CHART
    },
    Known { name: "fig11_criteria", made_from: &["tables/blocks.csv", "tables/curves.csv"], numbers: &["11"], ..CHART },
    Known {
        name: "fig12_convergence",
        made_from: &["tables/blocks.csv", "tables/objectives.csv", "tables/convergence.csv"],
        numbers: &["12"],
        ..CHART
    },
    Known {
        name: "fig13_paths",
        needs_images: true,
        made_from: &["tables/blocks.csv", "tables/path_layers.csv"],
        numbers: &["13"],
        ..CHART
    },
    Known {
        name: "fig14_enlargement",
        made_from: &["tables/blocks.csv", "tables/enlargement_groups.csv"],
        numbers: &["14"],
        ..CHART
    },
];

impl Known {
    /// The names of its files without their extensions, where every block has one.
    pub(crate) fn files(&self, blocks: &[&str]) -> Vec<String> {
        match self.of_each_block {
            true => blocks.iter().map(|block| format!("{}_{block}", self.name)).collect(),
            false => vec![self.name.to_owned()],
        }
    }
}

/// The figure that a file without its extension is of.
pub(crate) fn figure_of(file: &str) -> &'static Known {
    let is_of = |known: &&Known| match known.of_each_block {
        true => file.strip_prefix(known.name).is_some_and(|rest| rest.starts_with('_')),
        false => file == known.name,
    };
    FIGURES.iter().find(is_of).unwrap_or_else(|| panic!("a figure of another kind: {file}"))
}

/// How many figures there are once for all blocks.
pub(crate) fn once(with_images: bool) -> usize {
    FIGURES.iter().filter(|known| !known.of_each_block && (with_images || !known.needs_images)).count()
}
