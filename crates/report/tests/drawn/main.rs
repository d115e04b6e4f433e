//! Everything that is drawn or said of hand-made tables: every text of every figure and of the page, and every mark, is
//! accounted for by what the tables and the manifest hold. What is not accounted for fails.

mod bitmaps;
mod chart;
mod convergence;
mod criteria;
mod dictionary;
mod figures;
#[path = "../folder/mod.rs"]
mod folder;
mod grids;
mod histograms;
mod invariance;
mod lines;
mod page;
mod panels;
mod provenance;
mod svg;
mod tables;
mod tuning;
mod ways;

use chart::Labels;
use report::{AblationCurve, AblationRow, BlockRow, Manifest, PanelRow, layout, read_table, render_all, write_table};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use tables::Photographs;
use tempfile::TempDir;

/// A drawn folder, and what drawing said it wrote. Tests only read it.
fn drawn(photographs: Photographs) -> &'static (TempDir, Vec<PathBuf>) {
    static WITH: OnceLock<(TempDir, Vec<PathBuf>)> = OnceLock::new();
    static WITHOUT: OnceLock<(TempDir, Vec<PathBuf>)> = OnceLock::new();
    let folder = match photographs {
        Photographs::With => &WITH,
        Photographs::Without => &WITHOUT,
    };
    folder.get_or_init(|| {
        let folder = tables::write(photographs);
        let written = render_all(folder.path(), NonZero::<usize>::MIN, &|| {}).unwrap();
        (folder, written)
    })
}

fn both() -> [&'static Path; 2] {
    [Photographs::With, Photographs::Without].map(|p| drawn(p).0.path())
}

#[test]
fn every_text_and_bar_of_figure_2_is_in_the_tables() {
    both().into_iter().for_each(histograms::check);
}

#[test]
fn every_text_dot_and_line_of_figures_3_4_and_9_is_in_the_tables() {
    let figures = both().map(|folder| panels::check(folder, Labels::Rounded));
    assert_eq!(figures, [vec![3, 4, 9], vec![3, 4]]);
}

#[test]
fn every_text_and_bar_of_figure_5_is_in_the_tables() {
    both().into_iter().for_each(invariance::check);
}

#[test]
fn every_text_line_and_band_of_figure_11_is_in_the_tables() {
    both().into_iter().for_each(|folder| criteria::check(folder, Labels::Rounded));
}

#[test]
fn every_text_line_and_band_of_figure_12_is_in_the_tables() {
    both().into_iter().for_each(|folder| convergence::check(folder, Labels::Rounded));
}

#[test]
fn every_text_line_and_band_of_figures_13_and_14_is_in_the_tables() {
    ways::check_paths(drawn(Photographs::With).0.path(), Labels::Rounded);
    both().into_iter().for_each(|folder| ways::check_enlargement(folder, Labels::Rounded));
}

/// As many as ResNet56 has.
#[test]
fn the_names_of_27_layers_do_not_run_into_each_other() {
    let folder = tables::write(Photographs::With);
    let path = folder.path().join(layout::BLOCKS);
    let mut blocks: Vec<BlockRow> = read_table(&path).unwrap();
    let names = (0..27).map(|at| format!("{}.{}", 1 + at / 9, at % 9));
    let more: Vec<BlockRow> = names
        .filter(|name| blocks.iter().all(|row| row.block != *name))
        .map(|block| BlockRow { block, ..blocks[0].clone() })
        .collect();
    blocks.extend(more);
    write_table(&path, &blocks).unwrap();
    render_all(folder.path(), NonZero::<usize>::MIN, &|| {}).unwrap();
    ways::check_paths(folder.path(), Labels::Rounded);
}

#[test]
fn every_text_and_curve_of_figure_10_is_in_the_tables() {
    for folder in both() {
        let blocks = tuning::check(folder, Labels::Rounded);
        assert_eq!(blocks, ["1.1", "2.0", "4.1"]);
    }
}

#[test]
fn every_text_and_picture_of_a_grid_stands_in_its_place() {
    let names = ["fig1_exemplars_1.1", "fig6_scale_1.1", "fig6_scale_2.0", "fig1_exemplars_2.1", "fig1_exemplars_4.1"];
    assert_eq!(both().map(grids::check), [names, names]);
}

#[test]
fn the_bitmap_of_accuracy_without_channels_shows_what_its_svg_shows() {
    let folder = tempfile::tempdir().unwrap();
    let row = |set: &str, zoom: f64, top1: usize| AblationRow {
        set: set.to_owned(),
        channels: "2 14".to_owned(),
        zoom,
        images: 200,
        top1,
        top5: 199,
    };
    let curve = |zoom: f64, ratio: f64| AblationCurve {
        zoom,
        random_sets: 2,
        ratio: Some(ratio),
        ratio_standard_error: Some(0.03),
        random_mean: Some(120.0),
        random_standard_error: Some(6.0),
        above: 1,
        below: 1,
        sign_p: Some(1.0),
    };
    let rows = [row("intact", 1.0, 190), row("intact", 1.5, 150), row("studied", 1.0, 130), row("studied", 1.5, 90)];
    report::draw_ablation(&folder.path().join("ablation.x"), &rows, &[curve(1.0, 1.08), curve(1.5, 0.75)]).unwrap();
    bitmaps::check(&folder.path().join("ablation.svg"));
}

#[test]
fn a_figure_is_one_file() {
    for folder in both() {
        let names = page::below(folder, "figures");
        assert!(names.len() > 8 && names.iter().all(|name| name.ends_with(".svg")), "{names:?}");
    }
}

#[test]
fn every_number_of_the_page_is_in_the_tables_or_the_manifest() {
    both().into_iter().for_each(page::check);
}

#[test]
fn the_dictionary_has_each_column_of_each_table_there_is_and_nothing_else() {
    let counts = both().map(dictionary::check);
    assert_eq!(counts, [24, 14]);
}

#[test]
fn what_drawing_says_it_wrote_is_what_it_wrote_and_each_of_it_is_checked_here() {
    for photographs in [Photographs::With, Photographs::Without] {
        let (folder, written) = drawn(photographs);
        let folder = folder.path();
        let mut expected =
            [layout::CLAIMS_MARKDOWN, layout::DICTIONARY, layout::INDEX].map(|name| folder.join(name)).to_vec();
        for file in fs::read_dir(folder.join("figures")).unwrap() {
            expected.push(file.unwrap().path());
        }
        let set = |paths: &[PathBuf]| paths.iter().cloned().collect::<BTreeSet<PathBuf>>();
        let of_the_page = |name: &str| name.starts_with("page/") || name.starts_with("thumbnails/");
        expected.extend(report::digests(folder, of_the_page).unwrap().keys().map(|name| folder.join(name)));
        assert_eq!(set(written), set(&expected));
        assert_eq!(written.len(), expected.len());
        assert_eq!(written.last(), Some(&folder.join(layout::INDEX)));
        // None is of a kind that no test above knows.
        for path in expected[3..].iter().filter(|path| path.parent().unwrap().ends_with("figures")) {
            figures::figure_of(&path.file_stem().unwrap().to_string_lossy());
        }
    }
}

#[test]
fn any_number_of_blocks_is_drawn_each_in_its_place() {
    for (count, weights) in [(0, "a\\weights\\"), (1, "b/weights//"), (2, "c"), (3, "d"), (5, "e")] {
        let folder = folder::write_folder(weights, &folder::ALL_BLOCKS[..count], 3);
        let folder = folder.path();
        // Of the only value that every channel has, the means are that value.
        let mut panels: Vec<PanelRow> = read_table(&folder.join(layout::PANELS)).unwrap();
        for panel in &mut panels {
            (panel.overwrite_mean, panel.skip_mean) = (Some(1.0), Some(1.0));
        }
        write_table(&folder.join(layout::PANELS), &panels).unwrap();
        render_all(folder, NonZero::<usize>::MIN, &|| {}).unwrap();
        histograms::check(folder);
        panels::check(folder, Labels::Rounded);
        invariance::check(folder);
        tuning::check(folder, Labels::Rounded);
        grids::check(folder);
        page::check(folder);
    }
}

#[test]
fn what_a_folder_lacks_is_said_and_what_it_has_is_shown() {
    let folder = folder::write_folder("weights", &["1.1", "2.0"], 2);
    let folder = folder.path();
    for name in [layout::CLAIMS, layout::SCALE_TUNING] {
        fs::remove_file(folder.join(name)).unwrap();
    }
    let index = report::render_page(folder).unwrap();
    assert_eq!(index.last(), Some(&folder.join(layout::INDEX)));
    let (_, run) = page::taken(&folder.join("page/data/run.js"));
    assert_eq!(run["lacks"], json!(["tables/claims.csv is not there.", "tables/scale_tuning.csv is not there."]));
    assert!(folder.join("page/data/channels.js").exists() && !folder.join("page/data/claims.js").exists());
    // Of a run that did not come to its end the page says so.
    let mut manifest = Manifest::read(folder).unwrap();
    manifest.write_unfinished(folder, BTreeMap::new()).unwrap();
    report::render_page(folder).unwrap();
    let (_, run) = page::taken(&folder.join("page/data/run.js"));
    assert_eq!(run["lacks"][0], "The run was cut short; the same command of reproduce finishes it.");
}

#[test]
fn a_page_in_one_file_has_all_that_the_page_reads_and_asks_for_nothing() {
    let folder = folder::write_folder("weights", &["1.1"], 2);
    let folder = folder.path();
    let mut manifest = Manifest::read(folder).unwrap();
    manifest.blocks.insert("1.1".to_owned(), vec![0, 1]);
    manifest.write(folder, |_| true).unwrap();
    folder::add_whole_channels(folder, "1.1");
    report::render_page(folder).unwrap();
    let file = folder.join("one.html");
    report::render_single_file(folder, &file).unwrap();
    let page = fs::read_to_string(&file).unwrap();
    assert!(!page.contains(" src=\"") && !page.contains("<link rel=\"stylesheet\""));
    for name in page::below(folder, "page/data") {
        let text = fs::read_to_string(folder.join(&name)).unwrap();
        assert!(page.contains(text.trim_end()), "{name}");
    }
    for name in page::below(folder, "thumbnails") {
        assert!(page.contains(&format!("\"{name}\":\"data:image/jpeg;base64,")), "{name}");
    }
}
