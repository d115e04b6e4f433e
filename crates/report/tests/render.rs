//! The figures and the page of synthetic folders.

#[path = "drawn/figures.rs"]
mod figures;
mod folder;

use folder::{ALL_BLOCKS, ROLES, add_images, add_whole_channels, images_record, write_folder, write_picture};
use report::{Manifest, ReportError, layout, render};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Figures and page, by name.
fn drawn(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = vec![folder.join(layout::INDEX)];
    for entry in fs::read_dir(folder.join("figures")).unwrap() {
        files.push(entry.unwrap().path());
    }
    files.into_iter().map(|path| (path.clone(), fs::read(&path).unwrap())).collect()
}

/// Panics unless tags are closed in order, attributes quoted and entities known; the texts between tags, joined.
fn check_xml(text: &str) -> String {
    let mut open: Vec<String> = Vec::new();
    let mut texts = String::new();
    let mut rest = text;
    while let Some(start) = rest.find('<') {
        let (before, tag) = rest.split_at(start);
        assert!(!before.contains('>'), "a bare > in {before:?}");
        assert!(open.is_empty() <= before.trim().is_empty(), "text outside: {before:?}");
        texts.push_str(before);
        let end = tag.find('>').expect("a tag without its end");
        let (inside, after) = (&tag[1..end], &tag[end + 1..]);
        rest = after;
        assert!(!inside.contains('<'), "a tag inside {inside:?}");
        assert_eq!(inside.matches('"').count() % 2, 0, "a quote in {inside:?}");
        if inside.starts_with('?') || inside.starts_with('!') {
            assert!(open.is_empty(), "a prologue inside the document");
        } else if let Some(name) = inside.strip_prefix('/') {
            assert_eq!(open.pop().as_deref(), Some(name));
        } else if !inside.ends_with('/') {
            open.push(inside.split_whitespace().next().unwrap().to_owned());
        }
    }
    assert!(open.is_empty(), "left open: {open:?}");
    for entity in text.split('&').skip(1) {
        let name = entity.split(';').next().unwrap();
        assert!(["amp", "lt", "gt", "quot", "apos"].contains(&name), "&{name}");
    }
    texts
}

#[test]
#[should_panic(expected = "left open")]
fn the_check_of_tags_sees_one_that_is_open() {
    check_xml("<svg><g></g>");
}

#[test]
fn drawing_again_gives_the_same_bytes() {
    let folder = write_folder("weights", &ALL_BLOCKS, 2);
    render(folder.path()).unwrap();
    let first = drawn(folder.path());
    // The page, and a file for each figure.
    let figures = figures::FIGURES.iter().filter(|known| !known.needs_images);
    assert_eq!(first.len(), 1 + figures.map(|known| known.files(&ALL_BLOCKS).len()).sum::<usize>());
    render(folder.path()).unwrap();
    assert!(first == drawn(folder.path()));
}

#[test]
fn drawing_changes_no_file_that_it_reads() {
    let folder = write_folder("weights", &["1.1"], 2);
    let manifest = Manifest::read(folder.path()).unwrap();
    render(folder.path()).unwrap();
    let mut now = report::digests(folder.path(), |_| true).unwrap();
    now.retain(|name, _| manifest.files.contains_key(name));
    assert_eq!(now, manifest.files);
    assert_eq!(manifest, Manifest::read(folder.path()).unwrap());
}

#[test]
fn every_svg_is_well_formed_and_says_what_it_shows() {
    let folder = write_folder("weights", &ALL_BLOCKS, 2);
    render(folder.path()).unwrap();
    for (path, bytes) in drawn(folder.path()) {
        if path.extension().is_none_or(|e| e != "svg") {
            continue;
        }
        let texts = check_xml(std::str::from_utf8(&bytes).unwrap());
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let exemplars = [
            ("fig1_exemplars_", "Figure 1. ", "channel 0: overwrite"),
            ("fig6_scale_", "Figures 6 to 8. ", "scale metric 0.25, mix ratio 0.50"),
            (
                "fig10_scale_tuning_",
                "Figure 10. ",
                "channel 0: scale-invariant but for the mix; scale metric 0.25, mix ratio 0.50",
            ),
        ];
        let of_block = exemplars
            .into_iter()
            .find_map(|(prefix, number, heading)| Some((name.strip_prefix(prefix)?, number, heading)));
        // No channel of the fixture has a tuning curve or a batch norm's weight.
        let panels = [("fig3", 1), ("fig4", 1)];
        match of_block {
            Some((block, number, heading)) => {
                assert!(texts.contains(number), "{name}: {texts}");
                assert!(texts.to_lowercase().contains(&format!("block {block}")));
                assert!(texts.contains(heading), "{texts}");
            }
            None => {
                let number = name["fig".len()..].split('_').next().unwrap();
                assert!(texts.contains(&format!("Figure {number}. ")), "{name}");
                for block in ALL_BLOCKS {
                    assert!(texts.contains(block), "{name} lacks {block}");
                }
                if let Some(rows) = panels.iter().find(|(figure, _)| name.starts_with(figure)) {
                    let found = texts.matches("mix ratio (at most 5)").count();
                    assert_eq!(found, rows.1 * ALL_BLOCKS.len(), "{name}: one panel a block and measure");
                }
            }
        }
    }
}

#[test]
fn three_of_64_channels_of_one_block_are_drawn_as_such() {
    let folder = write_folder("weights", &["3.1"], 3);
    render(folder.path()).unwrap();
    let text = |name: &str| fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(text("figures/fig2_mix_ratios.svg").contains("n = 3 of 64"));
    assert!(text("figures/fig5_scale_invariance.svg").contains("3 of 64"));
}

#[test]
fn a_block_without_a_studied_channel_is_drawn_without_numbers() {
    let folder = write_folder("weights", &["3.1"], 0);
    render(folder.path()).unwrap();
    assert!(!folder.path().join("figures/fig1_exemplars_3.1.svg").exists());
    let svg = fs::read_to_string(folder.path().join("figures/fig5_scale_invariance.svg")).unwrap();
    let texts = check_xml(&svg);
    assert!(texts.contains("0 of 64") && !texts.contains("NaN"), "{texts}");
}

#[test]
fn a_run_without_a_block_still_has_a_page() {
    let folder = write_folder("weights", &[], 0);
    // A table without rows has no header either.
    assert!(render(folder.path()).unwrap().is_file());
}

#[test]
fn names_are_escaped_on_the_page() {
    let folder = write_folder("dir/<b>&\"weights\"", &["1.1"], 1);
    let page = fs::read_to_string(render(folder.path()).unwrap()).unwrap();
    assert!(page.contains("&lt;b&gt;&amp;&quot;weights&quot;"));
    assert!(!page.contains("<b>") && !page.contains("&\""));
}

#[test]
fn names_from_tables_are_escaped_on_the_page_and_in_figures() {
    let folder = write_folder("weights", &["1&1"], 1);
    render(folder.path()).unwrap();
    for (path, bytes) in drawn(folder.path()) {
        if path.extension().is_some_and(|e| e == "svg") {
            let text = String::from_utf8(bytes).unwrap();
            assert!(text.contains("1&amp;1"), "{}", path.display());
            assert!(!text.contains("1&1"), "{}", path.display());
        }
    }
}

#[test]
fn a_whole_channel_row_is_drawn_where_there_are_pictures_for_it() {
    let folder = write_folder("weights", &["1.1", "2.0"], 1);
    add_whole_channels(folder.path(), "2.0");
    // Another run's: no manifest of this one says that it made them.
    for role in ROLES {
        for path in [
            layout::channel_feature("1.1", role, 0),
            layout::top_images("1.1", role, 0),
            layout::inhibition("2.0", role, 0),
        ] {
            write_picture(&folder.path().join(path), 5);
        }
    }
    render(folder.path()).unwrap();
    for (block, pictures, whole) in [("1.1", 3, false), ("2.0", 6, true)] {
        let path = format!("figures/fig1_exemplars_{block}.svg");
        let svg = fs::read_to_string(folder.path().join(path)).unwrap();
        assert_eq!(svg.matches("<image ").count(), pictures);
        assert_eq!(svg.contains(">whole<"), whole);
    }
}

#[test]
fn a_missing_or_damaged_picture_of_an_exemplar_is_named() {
    for name in ["features/1.1/block/0.png", "features/1.1/output/0.channel.png"] {
        let folder = write_folder("weights", &["1.1"], 1);
        add_whole_channels(folder.path(), "1.1");
        let path = folder.path().join(name);
        fs::write(&path, "no picture").unwrap();
        let error = render(folder.path()).unwrap_err();
        assert!(matches!(&error, ReportError::Damaged { path: p, .. } if *p == path));
        fs::remove_file(&path).unwrap();
        let error = render(folder.path()).unwrap_err();
        assert!(matches!(&error, ReportError::Read { path: p, .. } if *p == path));
        assert!(!error.to_string().contains('\n'));
    }
}

#[test]
fn a_missing_table_or_manifest_is_named() {
    for name in [layout::CHANNELS, layout::BLOCKS, layout::HISTOGRAM, layout::EXEMPLARS, layout::MANIFEST] {
        let folder = write_folder("weights", &["1.1"], 1);
        let path = folder.path().join(name);
        fs::remove_file(&path).unwrap();
        let error = render(folder.path()).unwrap_err();
        match &error {
            ReportError::NoRun { folder: f, .. } => assert_eq!((name, f.as_path()), (layout::MANIFEST, folder.path())),
            error => assert!(matches!(error, ReportError::Read { path: p, .. } if *p == path), "{error}"),
        }
        let sentence = error.to_string();
        assert!(sentence.contains(name) && !sentence.contains('\n'), "{sentence}");
        assert!(!folder.path().join(layout::INDEX).exists());
    }
}

#[test]
fn photographs_are_drawn_with_a_key_to_their_colors_where_this_run_had_images() {
    let folder = write_folder("weights", &["1.1"], 1);
    add_images(folder.path(), &["1.1"], images_record());
    render(folder.path()).unwrap();
    let svg = fs::read_to_string(folder.path().join("figures/fig1_exemplars_1.1.svg")).unwrap();
    assert_eq!(svg.matches("<image ").count(), 9);
    let texts = check_xml(&svg);
    for words in ["takes away from a positive Input", "adds", "full color"] {
        assert!(texts.contains(words), "{texts}");
    }
    for color in ["rgb(230,40,30)", "rgb(40,110,230)"] {
        assert!(svg.contains(color), "{color}");
    }
    fs::remove_file(folder.path().join(layout::inhibition("1.1", "block", 0))).unwrap();
    assert!(matches!(render(folder.path()), Err(ReportError::Read { .. })));
}
