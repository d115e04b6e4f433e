//! `index.html` and what it reads, and `tables/claims.md`, against the tables and the manifest: the data of the page are
//! read back by a reader that shares nothing with what wrote them, and every cell of every table has to be there, once,
//! with its digits. What the scripts make of it is tested in a browser (`tests/tests/browser`).

use crate::figures::FIGURES;
use report::registry::TABLES;
use report::{ClaimRow, Manifest, layout, read_table};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// What a file of data hands to the page: its words, and the value after them.
pub(crate) fn taken(path: &Path) -> (Vec<String>, Value) {
    let text = fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    assert!(!text.contains('<'), "{}: something that HTML may take for a tag", path.display());
    let inside = text.strip_prefix("streamscope.take(").and_then(|text| text.strip_suffix(");\n")).unwrap();
    // Words in quotes, up to the first that is none.
    let mut arguments: Vec<Value> = serde_json::from_str(&format!("[{inside}]")).unwrap();
    let value = arguments.pop().unwrap();
    (arguments.iter().map(|word| word.as_str().unwrap().to_owned()).collect(), value)
}

/// A table of the folder, by a reader of its own: its heading, and the cells of each row.
fn cells(path: &Path) -> (Vec<String>, Vec<Vec<String>>) {
    let text = fs::read_to_string(path).unwrap();
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '"' if quoted && letters.peek() == Some(&'"') => cell.extend(letters.next()),
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            _ => cell.push(letter),
        }
    }
    if rows.is_empty() {
        return (Vec::new(), rows);
    }
    let heading = rows.remove(0);
    // People call a block 3.1.
    for row in &mut rows {
        for (cell, name) in row.iter_mut().zip(&heading) {
            if name == "block" || name == "other_block" {
                *cell = cell.strip_prefix("layer").unwrap().to_owned();
            }
        }
    }
    (heading, rows)
}

/// The cell of a column that the page has, as the table would write it.
fn written(column: &Value, row: usize) -> String {
    match column {
        Value::Array(values) => match &values[row] {
            Value::Null => String::new(),
            Value::String(text) => text.clone(),
            other => other.to_string(),
        },
        words => {
            let at = usize::try_from(words["at"][row].as_u64().unwrap()).unwrap();
            words["words"][at].as_str().unwrap().to_owned()
        }
    }
}

/// Asserts that the page's rows are those of the table, cell by cell: words are equal, numbers are the same number.
fn same_rows(name: &str, found: &Value, heading: &[String], rows: &[Vec<String>]) {
    assert_eq!(found["rows"], rows.len(), "{name}");
    let columns = found["columns"].as_object().unwrap();
    let names: BTreeSet<&String> = columns.keys().collect();
    assert_eq!(names, heading.iter().collect(), "{name}");
    for (at, column) in heading.iter().enumerate() {
        for (place, row) in rows.iter().enumerate() {
            let there = written(&columns[column], place);
            let same = there == row[at] || there.parse::<f64>().is_ok_and(|n| row[at].parse::<f64>().ok() == Some(n));
            assert!(same, "{name}, {column}, row {place}: {there} and {}", row[at]);
        }
    }
}

/// Checks the page of a drawn folder.
pub(crate) fn check(folder: &Path) {
    let manifest = Manifest::read(folder).unwrap();
    let mut files: BTreeSet<String> = below(folder, "page");
    let mut first = BTreeSet::new();
    for table in TABLES.iter().filter(|table| table.is_of(manifest.has())) {
        let (heading, rows) = cells(&folder.join(table.path));
        let name = table.path.strip_prefix("tables/").unwrap().strip_suffix(".csv").unwrap();
        let whole = format!("page/data/{name}.js");
        if files.remove(&whole) {
            let (words, found) = taken(&folder.join(&whole));
            assert_eq!(words, ["table", name]);
            same_rows(name, &found, &heading, &rows);
            first.insert(whole);
            continue;
        }
        // One that has many rows for each channel: a file for each block, and each row in one of them.
        assert!(table.key.len() > 2 || table.key[1] == "image", "{name}");
        let blocks: Vec<&String> = rows.iter().map(|row| &row[0]).collect();
        let blocks: BTreeSet<&String> = blocks.into_iter().collect();
        for block in blocks {
            let part = format!("page/data/{name}/{block}.js");
            assert!(files.remove(&part), "{part} is not there");
            let (words, found) = taken(&folder.join(&part));
            assert_eq!(words, ["part", name, block.as_str()]);
            let own: Vec<Vec<String>> = rows.iter().filter(|row| row[0] == **block).cloned().collect();
            same_rows(&part, &found, &heading, &own);
        }
    }
    of_pictures(folder, &manifest, &mut files);
    // Nobody audited it.
    assert_eq!(taken(&folder.join("page/data/audit.js")), (vec!["audit".to_owned()], Value::Null));
    for name in ["page/data/run.js", "page/data/thumbnails.js", "page/data/audit.js"] {
        assert!(files.remove(name), "{name}");
        first.insert(name.to_owned());
    }
    if files.remove("page/data/photographs.js") {
        first.insert("page/data/photographs.js".to_owned());
        photographs(folder);
    }
    of_the_run(folder, &manifest);
    let own = ["page/core.js", "page/vendor.js", "page/explorer.js", "page/style.css"];
    assert_eq!(files, own.map(str::to_owned).into(), "files that no table, picture or script accounts for");
    frame(folder, &first);
    let claims: Vec<ClaimRow> = read_table(&folder.join(layout::CLAIMS)).unwrap();
    markdown(folder, &claims);
}

/// Every file below a folder of the run, by its name.
pub(crate) fn below(folder: &Path, name: &str) -> BTreeSet<String> {
    let found = report::digests(folder, |file| file.starts_with(&format!("{name}/"))).unwrap();
    found.into_keys().collect()
}

/// What the manifest says of each picture, and a thumbnail of each picture that is there.
fn of_pictures(folder: &Path, manifest: &Manifest, files: &mut BTreeSet<String>) {
    let mut found = serde_json::Map::new();
    for block in manifest.blocks.keys() {
        let name = format!("page/data/pictures/{block}.js");
        assert!(files.remove(&name), "{name}");
        let (words, pictures) = taken(&folder.join(&name));
        assert_eq!(words, ["part", "pictures", block.as_str()]);
        for (name, record) in pictures.as_object().unwrap() {
            assert!(name.starts_with(&format!("features/{block}/")), "{name}");
            found.insert(name.clone(), record.clone());
        }
    }
    let listed = |name: &&String| manifest.blocks.keys().any(|block| name.starts_with(&format!("features/{block}/")));
    let expected: serde_json::Map<String, Value> = manifest
        .pictures
        .iter()
        .filter(|(name, _)| listed(name))
        .map(|(n, record)| (n.clone(), json!(record)))
        .collect();
    assert_eq!(found, expected);
    let (_, thumbnails) = taken(&folder.join("page/data/thumbnails.js"));
    // Those of photographs and maps are a run's, and no page's.
    let mut small = below(folder, "thumbnails");
    small.retain(|name| name.ends_with(".jpg") && !name.starts_with("thumbnails/photographs/"));
    let pictures = manifest.pictures.keys().filter(|name| folder.join(name).exists());
    let expected: BTreeSet<String> = pictures.clone().map(|name| small_of(name)).collect();
    assert_eq!(small, expected);
    for name in pictures {
        let bytes = fs::read(folder.join(small_of(name))).unwrap();
        let picture = image::open(folder.join(name)).unwrap();
        // No larger than what is shown of the picture, nor than a thumbnail.
        let side = side_shown(folder, name, picture.height()).min(128);
        assert_eq!(size_of_jpeg(&bytes), [side, side], "{name}");
    }
    for (block, channels) in &manifest.blocks {
        for role in ["input", "block", "output"] {
            for (kind, ending) in [("neuron", ""), ("channel", ".channel")] {
                let there = |c: &&usize| {
                    let name = format!("features/{block}/{role}/{c}{ending}.png");
                    manifest.pictures.contains_key(&name) && folder.join(&name).exists()
                };
                let expected: Vec<&usize> = channels.iter().filter(there).collect();
                assert_eq!(thumbnails[block][role][kind], json!(expected), "{block} {role} {kind}");
            }
        }
    }
}

/// How many rows of a picture are shown: what the center neuron sees and a quarter more, 48 at least, or all where that is
/// nine tenths of it or more.
fn side_shown(folder: &Path, picture: &str, rows: u32) -> u32 {
    let (heading, fields) = cells(&folder.join(layout::RECEPTIVE_FIELDS));
    let parts: Vec<&str> = picture.split('/').collect();
    let own = fields.iter().find(|row| row[0] == parts[1] && row[1] == parts[2]);
    let Some(own) = own.filter(|_| !picture.ends_with(".channel.png")) else { return rows };
    let number = |name: &str| own[heading.iter().position(|h| h == name).unwrap()].parse::<i64>().unwrap();
    let size = i64::from(rows);
    let seen = |from: &str, length: &str| (number(from) + number(length)).clamp(0, size) - number(from).clamp(0, size);
    let side = (seen("top", "height").max(seen("left", "width")) * 5 / 4).max(48.min(size));
    if 10 * side >= 9 * size { rows } else { u32::try_from(side).unwrap() }
}

fn small_of(picture: &str) -> String {
    let stem = picture.strip_prefix("features").unwrap().strip_suffix(".png").unwrap();
    format!("thumbnails{stem}.jpg")
}

/// Rows and columns of a JPEG, from its frame header.
fn size_of_jpeg(bytes: &[u8]) -> [u32; 2] {
    let mut at = 2;
    loop {
        assert_eq!(bytes[at], 0xff);
        if (0xc0..=0xc2).contains(&bytes[at + 1]) {
            return [5, 7].map(|from| u32::from(bytes[at + from]) << 8 | u32::from(bytes[at + from + 1]));
        }
        at += 2 + (usize::from(bytes[at + 2]) << 8 | usize::from(bytes[at + 3]));
    }
}

/// The photographs of the page are those of the table, and none has a thumbnail that is not there.
fn photographs(folder: &Path) {
    let (words, found) = taken(&folder.join("page/data/photographs.js"));
    assert_eq!(words, ["photographs"]);
    let (heading, rows) = cells(&folder.join(layout::EXTREMES));
    let at = heading.iter().position(|name| name == "image").unwrap();
    let expected: BTreeSet<&str> = rows.iter().map(|row| row[at].as_str()).collect();
    let names: Vec<&str> = found["names"].as_array().unwrap().iter().map(|n| n.as_str().unwrap()).collect();
    assert_eq!(names.len(), expected.len());
    assert_eq!(names.into_iter().collect::<BTreeSet<_>>(), expected);
    let lines = fs::read_to_string(folder.join(layout::IMAGES)).unwrap();
    for (name, line) in found["names"].as_array().unwrap().iter().zip(found["thumbnails"].as_array().unwrap()) {
        let Some(line) = line.as_u64() else { continue };
        assert_eq!(lines.lines().nth(usize::try_from(line).unwrap()), name.as_str());
        assert!(folder.join(format!("thumbnails/photographs/{line}.jpg")).exists());
    }
}

/// What the page says of the run is what the manifest says, of columns what the data dictionary says, and of figures which
/// there are.
fn of_the_run(folder: &Path, manifest: &Manifest) {
    let (words, run) = taken(&folder.join("page/data/run.js"));
    assert_eq!(words, ["run"]);
    let said: Value = serde_json::from_str(&fs::read_to_string(folder.join(layout::MANIFEST)).unwrap()).unwrap();
    for field in [
        "program",
        "numerics_version",
        "preset",
        "recipe",
        "blocks",
        "not_computed",
        "failed",
        "retried",
        "instruction_set",
        "threads",
    ] {
        assert_eq!(run[field], said[field], "{field}");
    }
    let jitter: BTreeMap<String, usize> = serde_json::from_value(run["jitter"].clone()).unwrap();
    assert_eq!(jitter, manifest.jitter);
    // A script's numbers hold 53 bits.
    assert_eq!(run["seed"], manifest.seed.to_string());
    for field in ["weights", "weights_digest", "widths", "input_size", "classes", "batch_norm"] {
        assert_eq!(run["network"][field], said["network"][field], "{field}");
    }
    for field in ["folder", "read", "skipped", "digest"] {
        assert_eq!(run["images"][field], said["images"].get(field).cloned().unwrap_or_default(), "{field}");
    }
    assert_eq!((&run["lacks"], &run["cut_short"]), (&json!([]), &json!(false)));
    let there = manifest.pictures.keys().filter(|name| folder.join(name).exists()).count();
    assert_eq!(run["pictures"], json!({ "all": manifest.pictures.len(), "there": there }));
    let preprocessing = said["network"].get("preprocessing").cloned().unwrap_or_default();
    let numbers = |value: &Value| -> Vec<f32> {
        let fields = ["mean", "std"].iter().flat_map(|field| value[*field].as_array().cloned().unwrap_or_default());
        fields.map(|number| number.to_string().parse::<f32>().unwrap()).collect()
    };
    let own = &run["network"]["preprocessing"];
    assert_eq!((&own["resize"], numbers(own)), (&preprocessing["resize"], numbers(&preprocessing)));
    let dictionary = fs::read_to_string(folder.join(layout::DICTIONARY)).unwrap();
    let mut lines: BTreeSet<&str> = dictionary.lines().filter(|line| line.matches(" | ").count() == 2).collect();
    lines.retain(|line| line.starts_with("| `"));
    let mut columns = 0;
    for table in run["tables"].as_array().unwrap() {
        assert_eq!(table["there"], true);
        for column in table["columns"].as_array().unwrap() {
            let part = |name: &str| column[name].as_str().unwrap().replace('|', "\\|");
            let line = format!("| `{}` | {} | {} |", part("name"), part("unit"), part("definition"));
            assert!(lines.contains(line.as_str()), "{line}");
            columns += 1;
        }
    }
    assert_eq!(
        columns,
        dictionary.lines().filter(|line| line.starts_with("| `") && line.matches(" | ").count() == 2).count()
    );
    let figures: Vec<String> =
        run["figures"].as_array().unwrap().iter().map(|f| f["svg"].as_str().unwrap().to_owned()).collect();
    let drawn: BTreeSet<String> = below(folder, "figures").into_iter().filter(|name| name.ends_with(".svg")).collect();
    assert_eq!(figures.iter().cloned().collect::<BTreeSet<_>>(), drawn);
    assert_eq!(figures.len(), drawn.len());
    for figure in run["figures"].as_array().unwrap() {
        let svg = figure["svg"].as_str().unwrap();
        let known = FIGURES.iter().find(|known| svg.starts_with(&format!("figures/{}", known.name))).unwrap();
        let block = figure["block"].as_str().unwrap_or_default();
        let numbers: Vec<&str> = known.numbers.iter().map(|n| if *n == "block" { block } else { n }).collect();
        let caption = figure["caption"].as_str().unwrap();
        assert_eq!(numbers_in(caption), numbers, "{caption}");
        // A key to the colors is there where there are maps.
        assert_eq!(caption.contains("red where Block takes away"), manifest.images.is_some() && known.is_sheet);
    }
}

/// The numbers in a text, as they are written.
fn numbers_in(text: &str) -> Vec<&str> {
    let parts = text.split(|c: char| !c.is_ascii_digit() && c != '.' && c != '/');
    let parts = parts.map(|p| p.trim_matches(['.', '/']));
    parts.filter(|p| p.contains(|c: char| c.is_ascii_digit())).collect()
}

/// `index.html` says no number of the run: it reads the data, each file that is read first once, and nothing from
/// elsewhere.
fn frame(folder: &Path, first: &BTreeSet<String>) {
    let page = fs::read_to_string(folder.join(layout::INDEX)).unwrap();
    let scripts: Vec<&str> = page.split("<script src=\"").skip(1).map(|part| part.split('"').next().unwrap()).collect();
    assert_eq!(scripts[..3], ["page/core.js", "page/vendor.js", "page/data/run.js"]);
    assert_eq!(scripts.last(), Some(&"page/explorer.js"));
    let data: BTreeSet<String> = scripts[2..scripts.len() - 1].iter().map(|s| (*s).to_owned()).collect();
    assert_eq!(&data, first);
    assert_eq!(scripts.len(), first.len() + 3);
    for attribute in ["src=\"", "href=\""] {
        for part in page.split(attribute).skip(1) {
            let address = part.split('"').next().unwrap();
            let inside = address.starts_with('#') || address == "data:,";
            assert!(inside || folder.join(address).is_file(), "{address}");
        }
    }
}

/// `claims.md` has the cells of `claims.csv`, a line each.
fn markdown(folder: &Path, claims: &[ClaimRow]) {
    let text = fs::read_to_string(folder.join(layout::CLAIMS_MARKDOWN)).unwrap();
    let mut lines = text.lines();
    assert_eq!(lines.next().unwrap(), "| claim | source | paper | ours | verdict | why, or limits |");
    assert_eq!(lines.next().unwrap(), "| --- | --- | --- | --- | --- | --- |");
    for (claim, line) in claims.iter().zip(lines.by_ref()) {
        // What a reader of Markdown sees.
        let (mut found, mut letters) = (vec![String::new()], line.chars());
        while let Some(letter) = letters.next() {
            match letter {
                '\\' => found.last_mut().unwrap().push(letters.next().unwrap()),
                '|' => found.push(String::new()),
                _ => found.last_mut().unwrap().push(letter),
            }
        }
        assert_eq!((found[0].as_str(), found[7].as_str(), found.len()), ("", "", 8), "{line}");
        let verdict = claim.verdict.to_string();
        let of_table = [&claim.claim, &claim.source, &claim.paper, &claim.ours, &verdict, &claim.reason];
        for (cell, of_table) in found[1..7].iter().zip(of_table) {
            assert_eq!(*cell, format!(" {} ", of_table.replace('\n', " ")));
        }
    }
    assert_eq!(lines.next(), None);
}
