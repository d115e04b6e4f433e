//! What each artefact was made from.

use crate::layout;
use crate::registry::figures::figure_of;
use crate::registry::sources::{NETWORK, PHOTOGRAPHS};
use crate::registry::tables::Has;
use crate::registry::{DOCUMENTS, tables};
use crate::schema::ExemplarRow;

/// What a file below an output folder was made from: files there, or `pictures`, `images` and `weights` of its
/// manifest. Pictures themselves are not among the answers: [`crate::PictureRecord`] says more of them. Nor are those
/// that a figure of exemplars shows, of which [`shown_in`] knows.
pub(crate) fn made_from(name: &str, has: Has) -> Option<Vec<&'static str>> {
    let sources = declared(name).or_else(|| {
        // What there are many of, with a pattern for a name.
        if let Some(sources) = of_the_page(name) {
            return Some(sources);
        }
        let of_exemplars = name.ends_with(".top.png") || name.ends_with(".inhibition.png");
        match name.starts_with("activations/") {
            true => Some(&[PHOTOGRAPHS, NETWORK][..]),
            false => of_exemplars.then_some(&[layout::EXEMPLARS, PHOTOGRAPHS, NETWORK]),
        }
    })?;
    let there = |source: &&str| {
        let is_there = *source != PHOTOGRAPHS || has.images;
        is_there && tables::table(source).is_none_or(|table| table.is_of(has))
    };
    Some(sources.iter().copied().filter(there).collect())
}

/// What scripts, data and small pictures of the page are made from. A thumbnail of a picture is made from that alone, which
/// [`pictured_in`] names.
fn of_the_page(name: &str) -> Option<&'static [&'static str]> {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        [layout::PAGE, "data", "run.js" | "thumbnails.js"] | [layout::PAGE, "data", "pictures", _] => {
            Some(&[layout::MANIFEST])
        }
        [layout::PAGE, "data", "audit.js"] => Some(&[layout::AUDIT]),
        [layout::PAGE, "data", "photographs.js"] => Some(&[layout::EXTREMES, layout::IMAGES]),
        [layout::PAGE, "data", file] => of_a_table(file.strip_suffix(".js")?),
        [layout::PAGE, "data", table, _] => of_a_table(table),
        [layout::PAGE, ..] => Some(&[]),
        [layout::THUMBNAILS, "photographs", _] => Some(&[PHOTOGRAPHS]),
        [layout::THUMBNAILS, .., file] if file.ends_with(".maps.png") => {
            Some(&[layout::EXTREMES, PHOTOGRAPHS, NETWORK])
        }
        // One of a whole channel shows all of its picture.
        [layout::THUMBNAILS, .., file] if file.ends_with(".channel.jpg") => Some(&[]),
        [layout::THUMBNAILS, ..] => Some(&[layout::RECEPTIVE_FIELDS]),
        _ => None,
    }
}

/// The table whose rows a file of the page's data holds.
fn of_a_table(name: &str) -> Option<&'static [&'static str]> {
    let found = tables::TABLES.iter().position(|table| table.path == format!("tables/{name}.csv"))?;
    Some(std::slice::from_ref(&tables::PATHS[found]))
}

/// The picture that a thumbnail shows.
pub(crate) fn pictured_in(name: &str) -> impl Iterator<Item = String> {
    let below = name.strip_prefix(layout::THUMBNAILS).and_then(|name| name.strip_suffix(".jpg"));
    below.map(|below| format!("features{below}.png")).into_iter()
}

/// What the registry says that a table, a document or a figure is made from.
fn declared(name: &str) -> Option<&'static [&'static str]> {
    let table = tables::table(name).map(|table| table.made_from);
    let document = || DOCUMENTS.iter().find(|document| document.path == name).map(|document| document.made_from);
    let figure = || figure_of(name).map(|figure| figure.made_from);
    table.or_else(document).or_else(figure)
}

/// The exemplars that the figure of this name shows.
pub(crate) fn exemplars_of<'a>(name: &str, exemplars: &'a [ExemplarRow]) -> impl Iterator<Item = &'a ExemplarRow> {
    let shown = figure_of(name).filter(|figure| figure.shows_exemplars).and_then(|figure| {
        let rest = name.strip_prefix(&format!("{}_", figure.stem()))?;
        let block = rest.strip_suffix(".svg")?;
        Some((figure.number, block.to_owned()))
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
    use crate::registry::sources::PICTURES;

    const ALL: Has = Has { images: true, variants: true, convergence: true };

    /// Everything that `name` goes back to.
    fn roots(name: &'static str) -> Vec<&'static str> {
        made_from(name, ALL).map_or_else(|| vec![name], |sources| sources.into_iter().flat_map(roots).collect())
    }

    #[test]
    fn every_chain_ends_at_pictures_images_weights_or_the_manifest() {
        let ends = [PICTURES, PHOTOGRAPHS, NETWORK, layout::MANIFEST];
        for name in [
            layout::CLAIMS_MARKDOWN,
            layout::INDEX,
            layout::EXTREMES,
            "tables/churn.csv",
            "tables/curves.csv",
            "figures/fig12_convergence.svg",
            "figures/fig1_exemplars_1.1.svg",
            "figures/fig2_mix_ratios.svg",
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
    fn a_picture_or_a_foreign_file_has_no_chain_and_no_chain_names_images_that_were_not_there() {
        assert_eq!(made_from("features/1.1/input/3.png", ALL), None);
        assert_eq!(made_from("notes.txt", ALL), None);
        let sources = made_from(layout::CHANNELS, Has { images: false, variants: false, convergence: false }).unwrap();
        assert_eq!(sources, [PICTURES, NETWORK]);
    }
}
