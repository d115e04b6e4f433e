//! What each artefact was made from.

use crate::layout;
use crate::schema::ExemplarRow;
use serde::{Deserialize, Serialize};

/// A picture of the manifest: what was made, and where the store keeps it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PictureRecord {
    /// The site whose neuron or channel was maximised.
    pub site: String,
    /// `neuron` or `channel`.
    pub objective: String,
    /// The channel.
    pub channel: usize,
    /// The seed of its draws.
    pub seed: u64,
    /// The digest of everything that determines it: its key in the store.
    pub address: String,
}

impl PictureRecord {
    /// Where the store keeps it, below the output folder.
    pub fn stored(&self) -> String {
        let group = self.address.get(..2).unwrap_or_default();
        format!("{}/{group}/{}", layout::STORE, self.address)
    }
}

/// The program that wrote a folder.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuildRecord {
    /// BLAKE3 digest of all that the crates are built from, fonts included, and of the versions of what they depend
    /// on.
    pub source_digest: String,
    /// The compiler, as it names itself.
    pub compiler: String,
    /// The instruction sets of the program that the machine has, fastest first.
    pub cpu_features: Vec<String>,
}

/// The names of what stands for many files in a chain: the manifest says of each where it is from.
const PICTURES: &str = "pictures";
const IMAGES: &str = "images";
const WEIGHTS: &str = "weights";

/// What a file below an output folder was made from: files there, or `pictures`, `images` and `weights` of its
/// manifest. Pictures themselves are not among the answers: [`PictureRecord`] says more of them. Nor are those that a
/// figure of exemplars shows, of which [`shown_in`] knows.
pub(crate) fn made_from(name: &str, with_images: bool) -> Option<Vec<&'static str>> {
    let figure = |number: &str| name.starts_with(&format!("figures/fig{number}_"));
    let mut sources = match name {
        layout::CHANNELS | layout::SCALE_TUNING => vec![PICTURES, WEIGHTS, IMAGES],
        layout::BLOCKS | layout::HISTOGRAM | layout::PANELS => vec![layout::CHANNELS],
        // Whether the paper names a channel depends on whose weights these are.
        layout::EXEMPLARS => vec![layout::CHANNELS, WEIGHTS],
        layout::CLAIMS => vec![layout::CHANNELS, layout::BLOCKS, layout::PANELS, WEIGHTS],
        layout::CLAIMS_MARKDOWN => vec![layout::CLAIMS],
        layout::EXTREMES => vec![IMAGES, WEIGHTS],
        layout::INDEX => vec![
            layout::BLOCKS,
            layout::CHANNELS,
            layout::CLAIMS,
            layout::EXEMPLARS,
            layout::EXTREMES,
            layout::MANIFEST,
        ],
        _ if figure("1") || figure("6") => {
            vec![layout::BLOCKS, layout::EXEMPLARS]
        }
        _ if figure("2") => vec![layout::BLOCKS, layout::HISTOGRAM],
        _ if figure("3") || figure("4") || figure("9") => vec![layout::PANELS, layout::CHANNELS],
        _ if figure("5") => vec![layout::BLOCKS],
        _ if figure("10") => vec![layout::BLOCKS, layout::EXEMPLARS, layout::SCALE_TUNING],
        layout::IMAGES => vec![IMAGES],
        _ if name.starts_with("activations/") => vec![IMAGES, WEIGHTS],
        _ if name.ends_with(".top.png") || name.ends_with(".inhibition.png") => {
            vec![layout::EXEMPLARS, IMAGES, WEIGHTS]
        }
        _ => return None,
    };
    sources.retain(|source| with_images || ![IMAGES, layout::EXTREMES].contains(source));
    Some(sources)
}

/// The exemplars that the figure of this name shows.
pub(crate) fn exemplars_of<'a>(name: &str, exemplars: &'a [ExemplarRow]) -> impl Iterator<Item = &'a ExemplarRow> {
    let figure = [(1, "figures/fig1_exemplars_"), (6, "figures/fig6_scale_")];
    let shown = figure.into_iter().find_map(|(figure, begins)| {
        let rest = name.strip_prefix(begins)?;
        let block = rest.strip_suffix(".svg").or(rest.strip_suffix(".png"))?;
        Some((figure, block.to_owned()))
    });
    let of_figure = move |row: &&ExemplarRow| {
        let shown = shown.as_ref();
        shown.is_some_and(|(figure, block)| row.figure == *figure && row.block == *block)
    };
    exemplars.iter().filter(of_figure)
}

/// The files that may be shown of an exemplar, whether they were made or not.
pub(crate) fn shown_in(exemplar: &ExemplarRow) -> Vec<String> {
    let (block, channel) = (exemplar.block.as_str(), exemplar.channel);
    let of_role = |role| {
        [
            layout::feature(block, role, channel),
            layout::channel_feature(block, role, channel),
            layout::top_images(block, role, channel),
            layout::inhibition(block, role, channel),
        ]
    };
    let paths = ["input", "block", "output"].into_iter().flat_map(of_role);
    let name = |path: std::path::PathBuf| {
        let parts: Vec<_> = path.iter().map(|part| part.to_string_lossy()).collect();
        parts.join("/")
    };
    paths.map(name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Everything that `name` goes back to.
    fn roots(name: &'static str) -> Vec<&'static str> {
        made_from(name, true).map_or_else(|| vec![name], |sources| sources.into_iter().flat_map(roots).collect())
    }

    #[test]
    fn every_chain_ends_at_pictures_images_weights_or_the_manifest() {
        let ends = [PICTURES, IMAGES, WEIGHTS, layout::MANIFEST];
        for name in [
            layout::CLAIMS_MARKDOWN,
            layout::INDEX,
            layout::EXTREMES,
            "figures/fig1_exemplars_1.1.svg",
            "figures/fig2_mix_ratios.png",
            "figures/fig3_weights.svg",
            "figures/fig5_scale_invariance.svg",
            "figures/fig10_scale_tuning_3.1.svg",
            "activations/layer1.0.npy",
            "features/1.1/input/3.top.png",
        ] {
            let found = roots(name);
            assert!(!found.is_empty() && found != [name], "{name}");
            assert!(found.iter().all(|end| ends.contains(end)), "{name}: {found:?}");
        }
    }

    #[test]
    fn a_picture_or_a_file_of_somebody_else_has_no_chain_and_no_chain_names_images_that_were_not_there() {
        assert_eq!(made_from("features/1.1/input/3.png", true), None);
        assert_eq!(made_from("notes.txt", true), None);
        let sources = made_from(layout::CHANNELS, false).unwrap();
        assert_eq!(sources, [PICTURES, WEIGHTS]);
    }
}
