//! What the manifest says that each file was made from, of every file of a drawn folder. For tables that is what their
//! declaration says; `tests/recomputed/provenance.rs` says it independently.

use crate::figures::figure_of;
use crate::tables::{self, Photographs};
use report::registry::TABLES;
use report::{ExemplarRow, Manifest, layout, read_table, render_all};
use std::collections::BTreeMap;
use std::num::NonZero;

/// Sources of a file that is no picture; nothing for pictures and for what is not a run's.
fn sources(name: &str) -> Option<Vec<&'static str>> {
    let tables = |names: &[&'static str]| Some(names.to_vec());
    if let Some(table) = TABLES.iter().find(|table| table.path == name) {
        return tables(table.made_from);
    }
    match name {
        "tables/claims.md" => tables(&["tables/claims.csv"]),
        "tables/README.md" => tables(&["manifest.json"]),
        "index.html" | "page/data/run.js" | "page/data/thumbnails.js" => tables(&["manifest.json"]),
        "page/data/photographs.js" => tables(&["tables/extremes.csv", "activations/images.txt"]),
        "page/core.js" | "page/vendor.js" | "page/explorer.js" | "page/style.css" => tables(&[]),
        "page/data/audit.js" => tables(&["audit.json"]),
        _ if name.starts_with("page/data/pictures/") => tables(&["manifest.json"]),
        _ if name.starts_with("page/data/") => {
            let (table, _) = name["page/data/".len()..].split_once(['/', '.']).unwrap();
            let of_table = |path: &&str| **path == format!("tables/{table}.csv");
            Some(vec![TABLES.iter().map(|t| t.path).find(of_table).unwrap()])
        }
        // The picture itself, which is no kind of file, and how much of it is shown.
        _ if name.ends_with(".channel.jpg") => tables(&[]),
        _ if name.starts_with("thumbnails/") => tables(&["tables/receptive_fields.csv"]),
        "activations/images.txt" => tables(&["images"]),
        "activations/layer1.0.npy" => tables(&["images", "weights"]),
        _ => {
            if let Some(figure) = name.strip_prefix("figures/") {
                return tables(figure_of(figure.rsplit_once('.').unwrap().0).made_from);
            }
            let of_photographs = name.ends_with(".top.png") || name.ends_with(".inhibition.png");
            of_photographs.then(|| vec!["tables/exemplars.csv", "images", "weights"])
        }
    }
}

/// The pictures of an exemplar that a figure may show, in the order of the grid's columns.
fn pictures(e: &ExemplarRow) -> Vec<String> {
    let endings = ["png", "channel.png", "top.png", "inhibition.png"];
    let of_role = |role| endings.map(|ending| format!("features/{}/{role}/{}.{ending}", e.block, e.channel));
    ["input", "block", "output"].into_iter().flat_map(of_role).collect()
}

#[test]
fn every_file_is_made_from_what_the_manifest_says() {
    for photographs in [Photographs::With, Photographs::Without] {
        let folder = tables::write(photographs);
        let folder = folder.path();
        render_all(folder, NonZero::<usize>::MIN, &|| {}).unwrap();
        if photographs == Photographs::With {
            std::fs::write(folder.join("activations/layer1.0.npy"), "").unwrap();
        }
        std::fs::write(folder.join("notes.txt"), "somebody else's").unwrap();
        let mut manifest = Manifest::read(folder).unwrap();
        manifest.write(folder, |_| true).unwrap();
        let manifest = Manifest::read(folder).unwrap();
        let exemplars: Vec<ExemplarRow> = read_table(&folder.join(layout::EXEMPLARS)).unwrap();
        let mut expected: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for name in manifest.files.keys() {
            let Some(mut of_kind) = sources(name) else {
                continue;
            };
            if photographs == Photographs::Without {
                of_kind.retain(|s| {
                    !["images", "tables/extremes.csv", "tables/churn.csv", "tables/convergence.csv"].contains(s)
                });
            }
            let mut of_kind: Vec<String> = of_kind.into_iter().map(str::to_owned).collect();
            if let Some(of_picture) = name.strip_prefix("thumbnails/") {
                of_kind.push(format!("features/{}.png", of_picture.strip_suffix(".jpg").unwrap()));
            }
            for e in &exemplars {
                let figure = match e.figure {
                    1 => format!("figures/fig1_exemplars_{}", e.block),
                    _ => format!("figures/fig6_scale_{}", e.block),
                };
                if format!("{figure}.svg") == *name {
                    for picture in pictures(e) {
                        if let Some(record) = manifest.pictures.get(&picture) {
                            let (key, address) = (&record.address[..2], &record.address);
                            of_kind.extend([picture, format!("store/{key}/{address}")]);
                        } else if manifest.files.contains_key(&picture) {
                            of_kind.push(picture);
                        }
                    }
                }
            }
            expected.insert(name.clone(), of_kind);
        }
        assert!(expected.len() > 20);
        for (name, sources) in &expected {
            assert_eq!(manifest.made_from.get(name), Some(sources), "{name}");
        }
        assert_eq!(manifest.made_from.len(), expected.len());
    }
}

#[test]
fn only_what_is_of_the_run_is_in_its_manifest() {
    let folder = tables::write(Photographs::Without);
    let folder = folder.path();
    for name in ["explain/1.1/3.md", "store/ab/cd", ".hidden", "tables/.hidden", "explanation.txt"] {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, "x").unwrap();
    }
    let all = report::digests(folder, |_| true).unwrap();
    let outside = |name: &&String| !name.starts_with("features/") && !name.starts_with("tables/");
    assert_eq!(all.keys().filter(outside).collect::<Vec<_>>(), ["explanation.txt"]);
    assert!(!all.contains_key("tables/.hidden"));
    assert_eq!(all["explanation.txt"], blake3::hash(b"x").to_hex().to_string());
    let mut manifest = Manifest::read(folder).unwrap();
    manifest.write(folder, |name| name.starts_with("tables/c") && !name.contains("curves")).unwrap();
    let names = [layout::CHANNELS, layout::CLAIMS];
    assert_eq!(manifest.files.keys().collect::<Vec<_>>(), names);
    assert_eq!(manifest.made_from.keys().collect::<Vec<_>>(), names);
}
