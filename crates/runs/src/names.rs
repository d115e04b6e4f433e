//! The names that a run gives the files below its folder. Whatever has another name there is foreign.

use crate::pictures::Variant;
use report::registry::{DOCUMENTS, TABLES};
use report::{Manifest, layout};
use resnet::{Block, Role, Site};
use std::path::{Path, PathBuf};

/// The names of the tables, and of what is written for people beside them.
fn declared() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|table| table.path).chain(DOCUMENTS.iter().map(|document| document.path))
}

/// A foreign file: one in a folder that a run would overwrite and no run has written. It has the name of one, and there
/// is neither a store nor a manifest beside it.
pub(crate) fn foreign_file(folder: &Path) -> Option<PathBuf> {
    if folder.join(layout::STORE).exists() || Manifest::read(folder).is_ok() {
        return None;
    }
    let names = [layout::MANIFEST, layout::INDEX].into_iter().chain(declared());
    let mut paths = names.filter(|name| *name != layout::IMAGES).map(|name| folder.join(name));
    paths.find(|path| path.exists())
}

/// Whether a run gives a file below its folder this name.
pub(crate) fn is_of_a_run(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    match parts.as_slice() {
        _ if declared().any(|path| path == name) => true,
        ["activations", file] => {
            let site = file.strip_suffix(".npy").map(str::parse::<Site>);
            site.is_some_and(|site| site.is_ok())
        }
        ["figures", file] => is_of_a_figure(file),
        [first, ..] if *first == layout::PAGE || *first == layout::THUMBNAILS => is_of_the_page(&parts),
        ["features", block, role, file] => {
            let of_role = Role::ALL.iter().any(|r| r.name() == *role);
            let kinds = [".channel", ".top", ".inhibition"];
            let stem = file.strip_suffix(".png");
            block.parse::<Block>().is_ok() && of_role && stem.is_some_and(|stem| is_number(channel_of(stem, &kinds)))
        }
        _ => false,
    }
}

/// Scripts, style and data of the page, and small pictures.
fn is_of_the_page(parts: &[&str]) -> bool {
    let stem = |file: &str, ending: &str| file.strip_suffix(ending).is_some_and(|stem| !stem.is_empty());
    match parts {
        [layout::PAGE, "style.css"] => true,
        // It changes with every audit.
        [layout::PAGE, "data", "audit.js"] => false,
        [layout::PAGE, file] | [layout::PAGE, "data", file] => stem(file, ".js"),
        [layout::PAGE, "data", table, file] => !table.is_empty() && stem(file, ".js"),
        [layout::THUMBNAILS, "photographs", file] => file.strip_suffix(".jpg").is_some_and(is_number),
        [layout::THUMBNAILS, block, role, file] => {
            let of_role = Role::ALL.iter().any(|r| r.name() == *role);
            let small = file.strip_suffix(".jpg").map(|stem| channel_of(stem, &[".channel"]));
            let channel = small.or_else(|| file.strip_suffix(".maps.png"));
            block.parse::<Block>().is_ok() && of_role && channel.is_some_and(is_number)
        }
        _ => false,
    }
}

/// Whether a file below an output folder is `index.html` or what it reads.
pub(crate) fn is_of_the_report(name: &str) -> bool {
    let parts: Vec<&str> = name.split('/').collect();
    // Photographs and maps of them are a run's own: no report can make them again.
    let of_photographs =
        matches!(parts.as_slice(), [layout::THUMBNAILS, "photographs", _]) || name.ends_with(".maps.png");
    name == layout::INDEX || (is_of_the_page(&parts) && !of_photographs)
}

/// The channel in the name of a picture: behind it stands one of some kinds of pictures, the seed, the variant or the
/// number of steps that it is of, or nothing.
fn channel_of<'a>(stem: &'a str, kinds: &[&str]) -> &'a str {
    let of_variant = Variant::ALL.iter().find_map(|v| stem.strip_suffix(v.name())?.strip_suffix('.'));
    let of_seed = stem.split_once(".seed").filter(|(_, seed)| is_number(seed)).map(|(channel, _)| channel);
    let of_steps = stem.split_once(".steps").filter(|(_, steps)| is_number(steps)).map(|(channel, _)| channel);
    of_variant
        .or(of_seed)
        .or(of_steps)
        .or_else(|| kinds.iter().find_map(|kind| stem.strip_suffix(kind)))
        .unwrap_or(stem)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

/// `fig`, a number, `_`, a name, and an extension: that of bitmaps too, which earlier versions of this program drew beside,
/// so that what they left is known for a run's.
fn is_of_a_figure(file: &str) -> bool {
    let stem = file.strip_suffix(".svg").or_else(|| file.strip_suffix(".png"));
    let numbered = stem.and_then(|stem| stem.strip_prefix("fig")).and_then(|rest| rest.split_once('_'));
    numbered.is_some_and(|(number, name)| number.parse::<u8>().is_ok() && !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_run_are_told_from_foreign_ones() {
        for name in [
            "index.html",
            "tables/extremes.csv",
            "activations/images.txt",
            "activations/layer1.1.bn2.npy",
            "figures/fig10_scale_tuning_3.1.svg",
            "features/1.1/block/12.png",
            "features/2.0/input/3.inhibition.png",
            "features/2.0/input/3.seed18446744073709551615.png",
            "features/2.0/input/3.post-relu.png",
            "features/2.0/input/3.steps64.png",
            "page/core.js",
            "page/style.css",
            "page/data/run.js",
            "page/data/extremes/3.1.js",
            "thumbnails/3.1/block/178.jpg",
            "thumbnails/3.1/block/178.channel.jpg",
            "thumbnails/3.1/block/178.maps.png",
            "thumbnails/3.1/block/178.seed4.jpg",
            "thumbnails/3.1/block/178.post-relu.jpg",
            "thumbnails/photographs/12.jpg",
        ] {
            assert!(is_of_a_run(name), "{name}");
        }
        for name in [
            "notes.txt",
            "tables/mine.csv",
            "activations/mine.npy",
            "figures/figure.svg",
            "figures/fig2_mix_ratios.pdf",
            "page/mine.css",
            "page/data/audit.js",
            "page/data/.js",
            "page/data/a/b/c.js",
            "thumbnails/photographs/mine.jpg",
            "thumbnails/3.1/block/178.png",
            "thumbnails/5/block/178.jpg",
            "thumbnails/3.1/mine/178.jpg",
            "features/1.1/block/best.png",
            "features/1.1/mine/12.png",
            "features/12.png",
            "store/scans/a",
        ] {
            assert!(!is_of_a_run(name), "{name}");
        }
    }

    #[test]
    fn every_kind_of_name_ends_where_it_should() {
        for name in declared() {
            assert!(is_of_a_run(name), "{name}");
        }
        let loaded = crate::testing::load(32);
        for site in loaded.architecture().all_sites() {
            assert!(is_of_a_run(&format!("activations/{site}.npy")), "{site}");
        }
        for &block in loaded.architecture().blocks() {
            for role in Role::ALL {
                for kind in ["", ".channel", ".top", ".inhibition"] {
                    let name = format!("features/{block}/{}/0{kind}.png", role.name());
                    assert!(is_of_a_run(&name), "{name}");
                }
            }
        }
        for name in [
            "index.html/index.html",
            "channels.csv",
            "tables/channels.csv/a",
            "activations/images.csv",
            "activations/layer1.1.csv",
            "activations/.npy",
            "activations/a/layer1.1.npy",
            "figures/fig_mix.svg",
            "figures/fig2.svg",
            "figures/fig2_.svg",
            "figures/fig300_mix.svg",
            "figures/2_mix.svg",
            "figures/fig2_mix",
            "figures/a/fig2_mix.svg",
            "features/1.1/block/.png",
            "features/1.1/block/.top.png",
            "features/1.1/block/3.left.png",
            "features/1.1/block/3.seed.png",
            "features/1.1/block/3.post.png",
            "features/1.1/block/post-relu.png",
            "features/1.1/block/.seed3.png",
            "features/1.1/block/3.seed4.top.png",
            "features/1.1/block/3.svg",
            "features/1.1/block/-3.png",
            "features/0.1/block/3.png",
            "features/1.1/block/a/3.png",
            "manifest.json",
            "",
        ] {
            assert!(!is_of_a_run(name), "{name}");
        }
    }

    #[test]
    fn a_file_with_the_name_of_a_runs_is_foreign_file_unless_a_run_was_there() {
        let names = [layout::MANIFEST, layout::INDEX].into_iter().chain(TABLES.map(|table| table.path));
        for name in names {
            let folder = tempfile::tempdir().unwrap();
            assert_eq!(foreign_file(folder.path()), None);
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, "mine").unwrap();
            assert_eq!(foreign_file(folder.path()), Some(path), "{name}");
            std::fs::create_dir(folder.path().join(layout::STORE)).unwrap();
            assert_eq!(foreign_file(folder.path()), None, "{name}");
        }
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("notes.txt"), "mine").unwrap();
        assert_eq!(foreign_file(folder.path()), None);
        assert_eq!(foreign_file(&folder.path().join("none")), None);
    }
}
