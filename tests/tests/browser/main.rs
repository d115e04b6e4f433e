//! The page in a real browser: every view, what it says against the tables, links, keys, runs beside each other, names of
//! strangers, what is missing, and how long it takes. Headless Chromium and its driver have to be there; where they are not,
//! each test says that it is skipped, and so does `cargo xtask test`.
#![expect(clippy::print_stdout, reason = "what is skipped and what was measured is said")]

mod driver;
mod runs;

use driver::Browser;
use report::{AuditRecord, Manifest, layout};
use runs::{HOSTILE, copied, large, middling, named, number, repeated, shown, small, stopped, table};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

type Channel = BTreeMap<String, String>;

const VIEWS: [&str; 14] = [
    "#/",
    "#/channels",
    "#/channels?view=table",
    "#/channels?plots=1",
    "#/3.1/1",
    "#/3.1/hidden/2",
    "#/images",
    "#/image/a%2Fstar1.jpg",
    "#/pins?channels=3.1/1,1.1/0",
    "#/compare",
    "#/figures",
    "#/words",
    "#/about",
    "#/nowhere",
];

fn index() -> std::path::PathBuf {
    small().join("run/index.html")
}

/// Fails on what the console said, and on what was asked for outside of a folder.
#[track_caller]
fn nothing_wrong(browser: &Browser, folder: &Path, at: &str) {
    assert_eq!(browser.console(), Vec::<String>::new(), "{at}");
    let inside = format!("file://{}/", folder.display());
    for request in browser.requests() {
        let ours = request.starts_with(&inside) || request.starts_with("data:") || request.starts_with("about:");
        assert!(ours || request.starts_with("blob:"), "{at}: {request}");
    }
}

#[test]
fn every_view_opens_from_the_file_system_at_both_widths_and_both_colors_and_keeps_nobody_out() {
    let Some(browser) = Browser::start() else { return };
    let axe =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("vendor/axe-core-4.14.1/axe.min.js")).unwrap();
    for (width, scheme) in [(1400, "light"), (400, "dark")] {
        browser.resize(width, 950);
        browser.prefer(scheme);
        for view in VIEWS {
            let at = format!("{view} at {width}, {scheme}");
            browser.open(&index(), view);
            browser.settle();
            assert_eq!(browser.texts("h1").len(), 1, "{at}");
            let wide = browser.run("return [document.documentElement.scrollWidth, innerWidth]");
            assert!(wide[0].as_u64() <= wide[1].as_u64(), "{at}: it scrolls sideways: {wide}");
            nothing_wrong(&browser, &small().join("run"), &at);
            browser.run(&format!("{axe}; window.axe = axe || window.axe; return 1"));
            let found = browser.wait_for("axe.run(document, { preload: false }).then((r) => r.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html + ' ' + n.failureSummary).slice(0, 3).join(' | ')}`))");
            assert_eq!(found, json!([]), "{at}");
        }
    }
    // Twice as large, which is half as wide.
    browser.resize(700, 475);
    for view in VIEWS {
        browser.open(&index(), view);
        let wide = browser.run("return [document.documentElement.scrollWidth, innerWidth]");
        assert!(wide[0].as_u64() <= wide[1].as_u64(), "{view} at 200%: it scrolls sideways: {wide}");
    }
    browser.open(&small().join("run/compare/index.html"), "#/compare");
    nothing_wrong(&browser, &small().join("run"), "beside another run");
    browser.run(&format!("{axe}; window.axe = axe || window.axe; return 1"));
    let found = browser.wait_for(
        "axe.run(document, { preload: false }).then((r) => r.violations.map((v) => v.id + v.nodes.map((n) => n.html).join(' ')))",
    );
    assert_eq!(found, json!([]), "beside another run");
}

#[test]
fn the_place_of_a_channel_says_what_the_tables_say_of_it() {
    let Some(browser) = Browser::start() else { return };
    let out = small().join("run");
    let (channels, extremes) = (table(&out, "channels.csv"), table(&out, "extremes.csv"));
    let weights = table(&out, "hidden_weights.csv");
    let alike = table(&out, "alike.csv");
    browser.open(&index(), "#/");
    for row in &channels {
        browser.go(&format!("#/{}", named(row)));
        assert_eq!(browser.texts("h1"), [format!("Channel {}", named(row))]);
        let nine = |prefix: &str| -> Vec<String> {
            let cells = ["i", "b", "o"]
                .into_iter()
                .flat_map(|read| ["i", "b", "o"].map(|seen| format!("{prefix}{read}_{seen}")));
            cells.map(|column| shown(number(row, &column), 3)).collect()
        };
        assert_eq!(browser.texts(".matrix .value"), [nine(""), nine("photo_")].concat(), "{}", named(row));
        assert_eq!(browser.texts(".channel-head .axis .strong"), [shown(number(row, "mix_ratio"), 2)]);
        assert!(browser.texts(".channel-head .badge")[0].ends_with(&row["category"]));
        let verdicts = browser.texts(".verdicts li");
        let ratio = number(row, "mix_ratio").unwrap();
        let holds = [
            ratio > 1.0 / 1.5 && ratio < 1.5,
            number(row, "block_delta").is_some_and(|d| d > 0.0),
            number(row, "input_delta").is_some_and(|d| d > 0.0),
        ];
        for ((said, column), holds) in verdicts.iter().zip(["mix_ratio", "block_delta", "input_delta"]).zip(holds) {
            assert!(said.starts_with(if holds { "✓" } else { "✗" }), "{}: {said}", named(row));
            assert!(said.contains(&format!(": {}", shown(number(row, column), 3))), "{}: {said}", named(row));
        }
        let definitions: Vec<String> =
            ["scale_invariant", "scale_invariant_no_mix", "scale_invariant_by_block", "photo_scale_invariant"]
                .map(|column| match row[column].as_str() {
                    "true" => "yes".to_owned(),
                    "false" => "no".to_owned(),
                    _ => "not defined".to_owned(),
                })
                .into();
        assert_eq!(browser.texts(".definitions strong"), definitions);
        of_photographs(&browser, row, &extremes);
        let own = |of: &&Channel| named(of) == named(row);
        let expected: Vec<String> = weights
            .iter()
            .filter(own)
            .flat_map(|w| [w["hidden"].clone(), shown(number(w, "weight"), 3), shown(number(w, "sum_abs"), 3)])
            .collect();
        assert_eq!(browser.texts(".weights tbody td"), expected);
        let expected: Vec<String> =
            alike.iter().filter(own).map(|a| format!("r = {}", shown(number(a, "correlation"), 3))).collect();
        assert_eq!(browser.texts(".alike li > .small"), expected);
        let cells: Vec<String> = browser.texts("dl.columns dt");
        // Those of a closed part have no text that is drawn.
        assert_eq!(cells.len(), row.len());
    }
    nothing_wrong(&browser, &out, "channels");
}

/// The photographs at both ends of each role: their names and order, and ties that say so.
fn of_photographs(browser: &Browser, row: &Channel, extremes: &[Channel]) {
    let titles: Vec<Vec<String>> = serde_json::from_value(browser.run(
        "return [...document.querySelectorAll('.role')].flatMap((role) => [...role.querySelectorAll('.nine, .tie')].map((n) => [...n.querySelectorAll('.photograph')].map((p) => p.title)))",
    ))
    .unwrap();
    let mut expected = Vec::new();
    for role in ["input", "block", "output"] {
        for end in ["top", "bottom"] {
            let of = |e: &&Channel| named(e) == named(row) && e["role"] == role && e["end"] == end;
            let all: Vec<&Channel> = extremes.iter().filter(of).collect();
            assert!(all.len() == 9 && all.windows(2).all(|w| number(w[0], "rank") < number(w[1], "rank")));
            let ties = all.iter().all(|e| e["activation"] == all[0]["activation"]);
            expected.push(if ties { Vec::new() } else { all.iter().map(|e| e["image"].clone()).collect() });
        }
    }
    assert_eq!(titles, expected, "{}", named(row));
}

#[test]
fn search_sort_filter_and_brush_show_what_the_table_says() {
    let Some(browser) = Browser::start() else { return };
    let out = large().join("run");
    let channels = table(&out, "channels.csv");
    let ratio = |row: &Channel| number(row, "mix_ratio");
    let all = |test: &dyn Fn(&Channel) -> bool| -> Vec<String> {
        channels.iter().filter(|row| test(row)).map(named).collect()
    };
    browser.open(&out.join("index.html"), "#/");
    type Test<'a> = Box<dyn Fn(&Channel) -> bool + 'a>;
    let queries: Vec<(&str, Test<'_>)> = vec![
        ("", Box::new(|_| true)),
        ("f.block=3.1", Box::new(|r| r["block"] == "3.1")),
        ("f.category=skip&f.block=4.0", Box::new(|r| r["category"] == "skip" && r["block"] == "4.0")),
        ("f.mix_ratio=0.5..1.25", Box::new(move |r| ratio(r).is_some_and(|m| (0.5..=1.25).contains(&m)))),
        ("f.mix_ratio=empty", Box::new(move |r| ratio(r).is_none())),
        (
            "f.scale_metric=%3E0.5&q=mix",
            Box::new(|r| number(r, "scale_metric").is_some_and(|m| m > 0.5) && r["category"] == "mix"),
        ),
        ("f.scale_invariant=yes", Box::new(|r| r["scale_invariant"] == "true")),
        ("q=3.1/178", Box::new(|r| named(r) == "3.1/178")),
        ("q=178", Box::new(|r| r["channel"] == "178")),
        (
            "differs=definitions",
            Box::new(|r| {
                !["scale_invariant_no_mix", "scale_invariant_by_block"].iter().all(|c| r[*c] == r["scale_invariant"])
            }),
        ),
        (
            "differs=photographs",
            Box::new(|r| {
                let of = |m: f64| {
                    if m <= 1.0 / 1.5 {
                        "overwrite"
                    } else if m < 1.5 {
                        "mix"
                    } else {
                        "skip"
                    }
                };
                let invariant = &r["photo_scale_invariant"];
                number(r, "photo_mix_ratio").is_some_and(|m| !r["category"].is_empty() && of(m) != r["category"])
                    || (!invariant.is_empty() && *invariant != r["scale_invariant"])
            }),
        ),
        (
            "differs=seeds",
            Box::new(|r| {
                let shares = ["overwrite", "mix", "skip", "scale_invariant", "scale_invariant_no_mix"];
                let mut shares = shares.iter().filter_map(|name| number(r, &format!("{name}_share")));
                shares.any(|share| share > 0.0 && share < 1.0)
                    || number(r, "scale_invariant_by_block_share").is_some_and(|share| share > 0.0 && share < 1.0)
            }),
        ),
        ("q=nothing-is-called-that", Box::new(|_| false)),
    ];
    for (query, test) in &queries {
        browser.go(&format!("#/channels?{query}"));
        let expected = all(test);
        let count = format!("{} channel{} of 1856", group(expected.len()), if expected.len() == 1 { "" } else { "s" });
        assert_eq!(browser.texts("#found"), [count], "{query}");
        let shown: Vec<String> = browser.texts(".tile .label strong");
        assert_eq!(shown, expected[..shown.len()], "{query}");
        assert_eq!(shown.is_empty(), expected.is_empty(), "{query}");
        let differs = query.starts_with("differs=");
        assert!(!differs || (1..1856).contains(&expected.len()), "{query}: {}", expected.len());
    }
    // Numbers in their order, down and up, what is not defined behind them.
    for (sort, sign) in [("scale_metric", 1.0), ("-scale_metric", -1.0)] {
        browser.go(&format!("#/channels?view=table&f.block=3.1&sort={sort}"));
        let mut rows: Vec<&Channel> = channels.iter().filter(|row| row["block"] == "3.1").collect();
        let of = |row: &Channel| number(row, "scale_metric").map_or(f64::INFINITY, |m| sign * m);
        rows.sort_by(|a, b| of(a).partial_cmp(&of(b)).unwrap());
        let found = browser.texts(".grid tbody tr:not(.space) .c1");
        assert!(found.len() > 10, "{found:?}");
        let expected: Vec<String> = rows.iter().map(|row| row["channel"].clone()).take(found.len()).collect();
        assert_eq!(found, expected, "{sort}");
        browser.run("document.querySelector('.scroller').scrollTop = 1e9");
        browser.until("[...document.querySelectorAll('.grid tbody tr[aria-rowindex=\"257\"]')].length === 1");
        assert_eq!(browser.texts(".grid tbody tr[aria-rowindex=\"257\"] .c1"), [rows[255]["channel"].clone()]);
    }
    // A heading sorts, and again turns it around.
    browser.go("#/channels?view=table");
    for sort in ["mix_ratio", "-mix_ratio"] {
        browser.click(".grid thead th:nth-child(3) button");
        assert!(browser.run("return location.hash").as_str().unwrap().ends_with(&format!("sort={sort}")));
    }
    typed_and_brushed(&browser, &channels);
    nothing_wrong(&browser, &out, "filters");
}

/// What is typed is in the address as it is typed, and a brushed range of a plot filters by what is on its axis.
fn typed_and_brushed(browser: &Browser, channels: &[Channel]) {
    browser.go("#/channels");
    browser.write("#q", "4.1/77");
    assert_eq!(browser.texts("#found"), ["1 channel of 1856"]);
    assert_eq!(browser.run("return document.activeElement.id"), "q");
    assert_eq!(browser.run("return location.hash"), "#/channels?q=4.1%2F77");
    browser.go("#/channels?plots=1&f.block=2.1");
    browser.until("document.querySelectorAll('.plot .u-over').length > 3");
    browser.drag(".plot[data-y=b_i] .u-over", [0.2, 0.5], [0.5, 0.5]);
    let hash = browser.run("return location.hash").as_str().unwrap().to_owned();
    let range =
        hash.split(['?', '&']).find_map(|part| part.strip_prefix("f.mix_ratio=")).unwrap_or_else(|| panic!("{hash}"));
    let (low, high) = range.split_once("..").unwrap();
    let [low, high] = [low, high].map(|n| n.parse::<f64>().unwrap());
    // Parts of an axis from 0 to 5.05, to the pixel.
    assert!((low - 1.01).abs() < 0.05 && (high - 2.525).abs() < 0.05, "{low}..{high}");
    let inside =
        |row: &&Channel| row["block"] == "2.1" && number(row, "mix_ratio").is_some_and(|m| low <= m && m <= high);
    let expected = channels.iter().filter(inside).count();
    assert!(expected > 0);
    assert_eq!(browser.texts("#found"), [format!("{expected} channels of 1856")]);
    browser.run("history.back()");
    browser.until("!location.hash.includes('mix_ratio')");
    // Under the pointer is the channel of the dot there, and a click opens it.
    let row = channels.iter().find(|row| named(row) == "2.1/77").unwrap();
    browser.go("#/channels?plots=1&q=2.1/77");
    browser.until("document.querySelectorAll('.plot .u-over').length > 3");
    let values =
        channels.iter().filter(|row| number(row, "mix_ratio").is_some()).map(|row| number(row, "b_i").unwrap());
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| (l.min(v), h.max(v)));
    let up = (number(row, "b_i").unwrap() - low) / (high - low);
    // An axis to 5.05, and one with 6% of space at both ends.
    let at = [number(row, "mix_ratio").unwrap() / 5.05, 1.0 - (up + 0.06) / 1.12];
    browser.point(".plot[data-y=b_i] .u-over", at, false);
    let tip = browser.texts("#tip").remove(0);
    assert!(tip.starts_with(&format!("2.1/77 {}", shown(number(row, "mix_ratio"), 2))), "{tip}");
    browser.point(".plot[data-y=b_i] .u-over", at, true);
    browser.until("document.querySelector('h1').innerText === 'Channel 2.1/77'");
}

/// A whole number with commas.
fn group(n: usize) -> String {
    if n < 1000 { n.to_string() } else { format!("{},{:03}", n / 1000, n % 1000) }
}

#[test]
fn addresses_lead_to_what_they_name_and_back() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&index(), "#/3.1/2");
    assert_eq!(browser.texts("h1"), ["Channel 3.1/2"]);
    browser.go("#/channels?f.block=1.1&sort=-mix_ratio");
    browser.click(".tile");
    browser.until("document.querySelector('.channel')");
    let first = browser.texts("h1");
    browser.run("history.back()");
    browser.until("document.querySelector('.explore')");
    assert_eq!(browser.texts("#found"), ["4 channels of 8"]);
    browser.run("history.back()");
    browser.until("document.querySelector('.channel')");
    assert_eq!(browser.texts("h1"), ["Channel 3.1/2"]);
    browser.run("history.go(2)");
    browser.until(&format!("document.querySelector('h1').innerText === {}", json!(first[0])));
    for (typed, heading) in
        [("1.1/3", "Channel 1.1/3"), ("3.1 0", "Channel 3.1/0"), ("a/star1.jpg", "a/star1.jpg"), ("skip", "Channels")]
    {
        browser.go("#/");
        browser.write("#q", &format!("{typed}\u{e007}"));
        browser.until(&format!("document.querySelector('h1').innerText === {}", json!(heading)));
    }
    assert_eq!(browser.run("return location.hash"), "#/channels?q=skip");
}

#[test]
fn keys_go_through_channels_pin_them_and_find_the_search() {
    let Some(browser) = Browser::start() else { return };
    browser.open(&index(), "#/1.1/3");
    let (left, right) = ("\u{e012}", "\u{e014}");
    for (key, heading) in [(right, "3.1/0"), (right, "3.1/1"), (left, "3.1/0")] {
        browser.press(key);
        browser.until(&format!("document.querySelector('h1').innerText === 'Channel {heading}'"));
    }
    browser.press("p");
    browser.until("document.querySelector('.pin').innerText === 'Pinned'");
    browser.press(right);
    browser.until("document.querySelector('h1').innerText === 'Channel 3.1/1'");
    browser.press("p");
    browser.until("document.querySelector('.pin').innerText === 'Pinned'");
    browser.press("s");
    browser.until("document.querySelectorAll('.sides thead th').length === 2");
    let rows = table(&small().join("run"), "channels.csv");
    let of = |name: &str| rows.iter().find(|row| named(row) == name).unwrap();
    let found = browser.run("return [...document.querySelectorAll('.sides tbody tr')].find((r) => r.cells[0].innerText.trim() === 'O(I)').innerText.split('\\t').slice(1).map((t) => t.trim())");
    assert_eq!(found, json!([shown(number(of("3.1/0"), "o_i"), 3), shown(number(of("3.1/1"), "o_i"), 3)]));
    browser.press("/");
    browser.until("document.activeElement.id === 'q'");
    // In a field, letters are letters.
    browser.press("s");
    assert_eq!(browser.run("return document.activeElement.value"), "s");
    browser.open(&index(), "#/");
    browser.press("?");
    browser.until("document.getElementById('keys').open");
    browser.press("\u{e00c}");
    browser.until("!document.getElementById('keys').open");
    // The order of the list that was left is the order of the keys.
    browser.go("#/channels?f.block=3.1&sort=-channel");
    browser.click(".tile");
    browser.until("document.querySelector('h1').innerText === 'Channel 3.1/3'");
    browser.press(right);
    browser.until("document.querySelector('h1').innerText === 'Channel 3.1/2'");
}

#[test]
fn a_photograph_has_its_strongest_channels_and_what_blocks_do_to_it() {
    let Some(browser) = Browser::start() else { return };
    let out = small().join("run");
    let (extremes, sums) = (table(&out, "extremes.csv"), table(&out, "photograph_contributions.csv"));
    browser.open(&index(), "#/");
    let names: BTreeSet<&String> = extremes.iter().map(|e| &e["image"]).collect();
    // Nine that are ties say nothing of any of them, and are left out.
    let end_of = |e: &Channel| ["block", "channel", "role", "end"].map(|column| e[column].clone());
    let mut values: BTreeMap<[String; 4], BTreeSet<&String>> = BTreeMap::new();
    for e in &extremes {
        values.entry(end_of(e)).or_default().insert(&e["activation"]);
    }
    let tied: BTreeSet<[String; 4]> = values.into_iter().filter(|(_, v)| v.len() == 1).map(|(end, _)| end).collect();
    assert!(!tied.is_empty());
    assert!(names.iter().any(|name| name.ends_with(HOSTILE)));
    for name in names {
        browser.go(&format!("#/image/{}", percent(name)));
        assert_eq!(browser.texts("h1"), std::slice::from_ref(name));
        let top = |e: &&Channel| e["image"] == **name && e["end"] == "top" && !tied.contains(&end_of(e));
        let expected: BTreeSet<String> =
            extremes.iter().filter(top).map(|e| format!("{} {}", named(e), e["rank"])).collect();
        let found: Vec<String> = serde_json::from_value(browser.run("return [...document.querySelectorAll('.three > div > .strongest li')].map((l) => l.querySelector('a span').innerText + ' ' + /rank (.*)/.exec(l.innerText)[1])")).unwrap();
        assert_eq!(found.iter().cloned().collect::<BTreeSet<String>>(), expected, "{name}");
        let left_out = extremes.iter().filter(|e| e["image"] == **name && tied.contains(&end_of(e))).count();
        let said = browser
            .run("return [...document.querySelectorAll('.ties')].reduce((n, e) => n + parseInt(e.textContent, 10), 0)");
        assert_eq!(said, json!(left_out), "{name}");
        let own = sums.iter().filter(|row| row["image"] == **name);
        let columns = ["input_mean", "added_mean", "taken_mean", "output_mean"];
        let expected: Vec<String> = own.flat_map(|row| columns.map(|column| shown(number(row, column), 3))).collect();
        assert_eq!(browser.texts(".small-table tbody td"), expected, "{name}");
    }
    // Nobody took the name for anything else.
    assert_eq!(
        browser.run("return [window.hacked === undefined, document.querySelectorAll('img[src=x]').length]"),
        json!([true, 0])
    );
    nothing_wrong(&browser, &out, "photographs");
}

/// A name as a part of an address.
fn percent(name: &str) -> String {
    name.bytes()
        .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
        .collect()
}

#[test]
fn the_first_screen_says_what_the_stream_does_and_what_is_not_sure() {
    let Some(browser) = Browser::start() else { return };
    let out = small().join("run");
    let blocks = table(&out, "blocks.csv");
    browser.open(&index(), "#/");
    let sum = |column: &str| blocks.iter().map(|b| number(b, column).unwrap()).sum::<f64>();
    let sentence = browser.texts(".sentence").remove(0);
    for words in [
        format!("Of {} channels in 2 blocks", sum("studied")),
        format!("{} ({:.0} %) are overwritten", sum("overwrite"), (100.0 * sum("overwrite") / sum("studied")).round()),
        format!("{} ({:.0} %) mix", sum("mix"), (100.0 * sum("mix") / sum("studied")).round()),
        format!("{} ({:.0} %) skip through", sum("skip"), (100.0 * sum("skip") / sum("studied")).round()),
        format!("{} are scale-invariant", sum("scale_invariant")),
    ] {
        assert!(sentence.contains(&words), "{words}: {sentence}");
    }
    let counts = browser.texts(".block .counts span");
    let expected: Vec<String> = blocks
        .iter()
        .flat_map(|b| [format!("▼{}", b["overwrite"]), format!("◆{}", b["mix"]), format!("▲{}", b["skip"])])
        .collect();
    assert_eq!(counts, expected);
    let sure = browser.texts(".sure").remove(0);
    assert!(
        sure.contains("Pictures of 12 steps") && sure.contains("One seed, 0: ") && sure.contains("12 photographs"),
        "{sure}"
    );
    assert_eq!(browser.texts("#audited"), ["Not audited: cargo xtask audit --run OUT does it."]);
    // One line, and what is behind it once it is opened.
    let line = browser.texts(".unsure summary").remove(0);
    assert!(line.contains("claims of the papers not checked") && line.contains("1 file passed over"), "{line}");
    assert_eq!(browser.texts(".unsure li").iter().filter(|text| !text.is_empty()).count(), 0);
    browser.click(".unsure summary");
    assert!(browser.texts(".unsure li").iter().any(|text| text.contains("1 file passed over")));
}

#[test]
fn another_run_beside_this_one_shows_what_changes_and_by_how_much() {
    let Some(browser) = Browser::start() else { return };
    let [out, other] = ["run", "other"].map(|name| small().join(name));
    let (here, there) = (table(&out, "channels.csv"), table(&other, "channels.csv"));
    browser.open(&out.join("compare/index.html"), "#/compare?all=1");
    let of = |row: &Channel, column: &str| there.iter().find(|r| named(r) == named(row)).unwrap()[column].clone();
    let ratio = |text: &str| text.parse::<f64>().unwrap();
    let rows: Vec<Vec<String>> = serde_json::from_value(browser.run("return [...document.querySelectorAll('.changes tbody tr')].map((r) => [...r.cells].map((c) => c.innerText.trim()))")).unwrap();
    assert_eq!(rows.len(), here.len());
    let mut last = f64::INFINITY;
    for cells in rows {
        let row = here.iter().find(|row| named(row) == cells[0]).unwrap();
        let (a, b) = (ratio(&row["mix_ratio"]), ratio(&of(row, "mix_ratio")));
        assert_eq!(
            cells[1..4],
            [row["category"].clone(), of(row, "category"), format!("{} → {}", shown(Some(a), 2), shown(Some(b), 2))]
        );
        if a > 0.0 && b > 0.0 {
            assert_eq!(cells[4], format!("× {}", shown(Some(2_f64.powf((b / a).log2())), 2)));
            let by = (b / a).log2().abs();
            assert!(by <= last, "the largest change comes first");
            last = by;
        }
    }
    let changed = here.iter().filter(|row| row["category"] != of(row, "category")).count();
    let said = browser.texts(".panel p").remove(0);
    assert!(said.contains(&format!("8 channels in both, of which {changed} are of another category")), "{said}");
    let fields = browser.texts(".words tbody tr");
    assert!(fields.iter().any(|line| line.split_whitespace().collect::<Vec<_>>() == ["seed", "0", "5"]), "{fields:?}");
    // A channel has its pictures from each.
    browser.go("#/3.1/1");
    assert_eq!(browser.run("return [...document.querySelectorAll('.sides img')].length"), 3);
    browser.until("[...document.querySelectorAll('.sides img')].every((i) => { i.scrollIntoView(); return i.complete && i.naturalWidth > 0; })");
}

#[test]
fn a_run_shows_what_it_has_and_says_what_it_lacks() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    let open = |change: &dyn Fn(&mut Manifest), hash: &str| {
        let mut manifest = Manifest::read(&out).unwrap();
        change(&mut manifest);
        manifest.write(&out, |_| true).unwrap();
        report::render_page(&out).unwrap();
        browser.open(&out.join("index.html"), hash);
        let opened = browser.run(
            "document.querySelectorAll('details').forEach((d) => { d.open = true; }); return document.body.innerText",
        );
        nothing_wrong(&browser, &out, hash);
        opened.as_str().unwrap().to_owned()
    };
    // A channel that failed, and folded weights.
    let path = out.join(layout::CHANNELS);
    let mut rows: Vec<report::ChannelRow> = report::read_table(&path).unwrap();
    (rows[1].mix_ratio, rows[1].category, rows[1].scale_metric) = (None, None, None);
    report::write_table(&path, &rows).unwrap();
    let failed = |manifest: &mut Manifest| {
        manifest.failed = vec!["block 1.1, channel 1".to_owned()];
        manifest.network.batch_norm = "folded".to_owned();
        manifest.retried = vec!["block 3.1, channel 2 (1)".to_owned()];
        let images = manifest.images.as_mut().unwrap();
        images.skipped = vec!["a/broken.png: not an image".to_owned()];
        images.flawed = vec!["a/short.png: its end is missing".to_owned()];
        images.passed_over = BTreeMap::from([(".txt".to_owned(), 2), ("HEIC".to_owned(), 3)]);
    };
    let said = open(&failed, "#/");
    assert!(said.contains("1 channel without a mix ratio") && said.contains("block 1.1, channel 1"), "{said}");
    assert!(said.contains("Batch norm is folded"), "{said}");
    for words in [
        "1 channel made again from another seed",
        "block 3.1, channel 2 (1)",
        "1 photograph not read, 1 read though flawed, 5 files passed over",
        "a/broken.png: not an image",
        "a/short.png: its end is missing",
        "3 files passed over: HEIC",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    let said = open(&failed, "#/1.1/1");
    assert!(
        said.contains("neither is positive from any seed") && said.contains("No picture made its Output positive"),
        "{said}"
    );
    // Without photographs.
    let without = |manifest: &mut Manifest| manifest.images = None;
    assert!(open(&without, "#/").contains("No photographs were read"));
    assert!(open(&without, "#/3.1/0").contains("--images DIR"));
    // Cut short: tables and pictures that are not there.
    for name in [layout::CLAIMS, layout::SCALE_TUNING] {
        fs::remove_file(out.join(name)).unwrap();
    }
    fs::remove_file(out.join("features/3.1/block/2.png")).unwrap();
    let mut manifest = Manifest::read(&out).unwrap();
    manifest.write_unfinished(&out, BTreeMap::new()).unwrap();
    report::render_page(&out).unwrap();
    browser.open(&out.join("index.html"), "#/");
    browser.click(".unsure summary");
    let said = browser.texts(".unsure").remove(0);
    for words in ["The run was cut short", "tables/claims.csv is not there", "1 of 48 pictures are not there"] {
        assert!(said.contains(words), "{words}: {said}");
    }
    browser.go("#/3.1/2");
    assert_eq!(browser.texts(".role .none"), ["no picture"]);
    // No table at all.
    fs::remove_dir_all(out.join("tables")).unwrap();
    fs::remove_dir_all(out.join("page")).unwrap();
    report::render_page(&out).unwrap();
    browser.open(&out.join("index.html"), "#/");
    assert_eq!(browser.texts(".sentence"), ["No channel has been measured yet; 47 of 48 pictures are made."]);
    browser.go("#/channels?plots=1");
    // Channels are there by what the run was to study, with their pictures.
    assert_eq!(browser.texts("#found"), ["8 channels of 8"]);
    assert_eq!(browser.run("return document.querySelectorAll('.tile img').length"), 8);
    browser.go("#/3.1/0");
    assert_eq!(browser.texts(".channel-head .badge"), ["not measured yet"]);
    assert_eq!(browser.run("return document.querySelectorAll('.role .two img').length >= 3"), true);
    nothing_wrong(&browser, &out, "no table");
}

/// What an audit of a run would have left, with so many comparisons beyond their bounds.
fn audited(out: &Path, beyond: usize) {
    let manifest = Manifest::read(out).unwrap();
    let record = AuditRecord {
        program: "streamscope".to_owned(),
        numerics_version: manifest.numerics_version,
        weights_digest: manifest.network.weights_digest,
        channels_digest: AuditRecord::channels_digest(out),
        comparisons: 329,
        beyond,
        skipped: 2,
        laws: 33,
        broken: 0,
        digest: "5a17510fc1c52920".to_owned(),
    };
    report::leave_audit(&record, out).unwrap();
}

#[test]
fn the_first_screen_says_whether_somebody_audited_this_run() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    let said = || {
        browser.open(&out.join("index.html"), "#/");
        browser.texts("#audited").remove(0)
    };
    let passed = "Audited: 329 comparisons with witnesses, each within its bound (2 skipped); digest 5a17510fc1c52920.";
    audited(&out, 0);
    assert_eq!(said(), passed);
    // A page that is made again says it still.
    report::render_page(&out).unwrap();
    assert_eq!(said(), passed);
    audited(&out, 3);
    assert_eq!(
        said(),
        "Its audit failed: 3 of 329 comparisons beyond their bounds, 0 of 33 laws of the kernels broken."
    );
    // Of a table that is another one now, and of other weights.
    audited(&out, 0);
    let path = out.join(layout::CHANNELS);
    let table = fs::read_to_string(&path).unwrap();
    fs::write(&path, table.trim_end()).unwrap();
    report::render_page(&out).unwrap();
    assert!(said().starts_with("An audit lies here, of other weights, numerics or tables"), "{}", said());
    fs::write(&path, table).unwrap();
    report::render_page(&out).unwrap();
    assert_eq!(said(), passed);
    let mut manifest = Manifest::read(&out).unwrap();
    manifest.network.weights_digest = "0".repeat(64);
    manifest.write(&out, |_| true).unwrap();
    report::render_page(&out).unwrap();
    assert!(said().starts_with("An audit lies here, of other weights"), "{}", said());
    nothing_wrong(&browser, &out, "audited");
}

#[test]
fn a_run_that_was_stopped_before_it_measured_anything_shows_the_pictures_that_it_made() {
    let Some(browser) = Browser::start() else { return };
    let out = stopped().join("run");
    browser.open(&out.join("index.html"), "#/");
    let there: usize = ["input", "block", "output"]
        .map(|role| fs::read_dir(out.join("features/1.1").join(role)).into_iter().flatten().count())
        .iter()
        .sum();
    assert!((1..24).contains(&there), "{there}");
    let some = if there == 1 { "1".to_owned() } else { there.to_string() };
    let sentence = format!("No channel has been measured yet; {some} of 24 pictures are made.");
    assert_eq!(browser.texts(".sentence"), [sentence]);
    assert!(browser.texts(".note")[0].starts_with("This run was stopped before its end"));
    browser.click(".unsure summary");
    let said = browser.texts(".unsure").remove(0);
    for words in [
        "The run was cut short; the same command of reproduce finishes it.",
        "Nothing is measured yet: there is no table.",
        "No photographs were read before it was stopped",
        &format!("{} of 24 pictures are not there", 24 - there),
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    browser.go("#/channels?role=all");
    assert_eq!(browser.texts("#found"), ["8 channels of 8"]);
    assert_eq!(browser.run("return document.querySelectorAll('.tile img').length"), json!(there));
    browser.until("[...document.querySelectorAll('.tile img')].every((i) => i.complete && i.naturalWidth > 0)");
    for view in [
        "#/channels?view=table",
        "#/channels?plots=1",
        "#/1.1/0",
        "#/pins?channels=1.1/0",
        "#/figures",
        "#/words",
        "#/about",
    ] {
        browser.go(view);
        assert_eq!(browser.texts("h1").len(), 1, "{view}");
    }
    nothing_wrong(&browser, &out, "stopped");
}

#[test]
fn where_a_whole_channel_has_no_picture_its_place_says_which_command_makes_it() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let out = copied(folder.path());
    // As of a run with so many channels that these are no exemplars.
    let mut manifest = Manifest::read(&out).unwrap();
    let none = |name: &str| name.ends_with("/2.channel.png") || name == "features/3.1/block/1.channel.png";
    manifest.pictures.retain(|name, _| !none(name));
    manifest.write(&out, |_| true).unwrap();
    report::render_page(&out).unwrap();
    let is_there = |name: &str| manifest.pictures.contains_key(name);
    browser.open(&out.join("index.html"), "#/");
    let (mut with, mut without) = (0, 0);
    for (block, channels) in &manifest.blocks {
        for channel in channels {
            browser.go(&format!("#/{block}/{channel}"));
            let roles = ["input", "block", "output"];
            let lacking = |role: &&&str| !is_there(&format!("features/{block}/{role}/{channel}.channel.png"));
            let expected: Vec<String> = roles
                .iter()
                .filter(lacking)
                .map(|role| {
                    format!("--site {block}.{role} --channel {channel} --objective channel --steps 12 --seed 0")
                })
                .collect();
            let commands: Vec<String> = serde_json::from_value(
                browser.run("return [...document.querySelectorAll('.whole code')].map((c) => c.textContent)"),
            )
            .unwrap();
            assert_eq!(commands.len(), expected.len(), "{block}/{channel}");
            for (command, expected) in commands.iter().zip(&expected) {
                assert!(
                    command.starts_with("cargo xtask visualize --weights ") && command.contains(expected),
                    "{command}"
                );
            }
            let said = browser.texts(".role .none");
            assert_eq!(said, vec!["not made: of exemplars only"; expected.len()], "{block}/{channel}");
            with += 3 - expected.len();
            without += expected.len();
        }
    }
    assert!(with > 0 && without > 0, "{with}, {without}");
}

#[test]
fn a_channel_shows_its_seeds_and_variants_with_their_pictures() {
    let Some(browser) = Browser::start() else { return };
    let out = repeated().join("run");
    let channels = table(&out, "channels.csv");
    browser.open(&out.join("index.html"), "#/");
    assert!(browser.texts(".sure")[0].contains("2 seeds: a share of them stands beside each verdict"));
    let rows_of = |name: &str, row: &Channel| -> Vec<Channel> {
        table(&out, name).into_iter().filter(|of| named(of) == named(row)).collect()
    };
    let columns = ["mix_ratio", "block_delta", "input_delta"];
    let cells = |row: &Channel| {
        columns.map(|column| if row[column].is_empty() { String::new() } else { shown(number(row, column), 3) })
    };
    for row in &channels {
        browser.go(&format!("#/{}", named(row)));
        let (seeds, variants) = (rows_of("seeds.csv", row), rows_of("variants.csv", row));
        assert_eq!((seeds.len(), variants.len()), (2, 1));
        let found: Vec<Vec<String>> = serde_json::from_value(browser.run(
            "return [...document.querySelectorAll('.conditions tbody tr')].map((r) => [0, 4, 5, 6, 7].map((at) => r.cells[at].innerText.trim()))",
        ))
        .unwrap();
        let expected: Vec<Vec<String>> = seeds
            .iter()
            .map(|of| (of, &of["seed"]))
            .chain(variants.iter().map(|of| (of, &of["variant"])))
            .map(|(of, name)| {
                let [ratio, block, input] = cells(of);
                vec![name.clone(), ratio, of["category"].clone(), block, input]
            })
            .collect();
        assert_eq!(found, expected, "{}", named(row));
        // Three pictures each, and no two the same.
        let sources = "[...document.querySelectorAll('.conditions img')]";
        browser.until(&format!(
            "{sources}.every((i) => {{ i.scrollIntoView(); return i.complete && i.naturalWidth > 0; }})"
        ));
        assert_eq!(browser.run(&format!("return new Set({sources}.map((i) => i.src)).size")), 9);
        let said = browser.texts(".axis.seeds").len();
        assert_eq!(said, 1);
    }
    let differ = |row: &&Channel| {
        let share = |name: &str| number(row, &format!("{name}_share")).is_some_and(|share| share > 0.0 && share < 1.0);
        ["overwrite", "mix", "skip", "scale_invariant", "scale_invariant_no_mix", "scale_invariant_by_block"]
            .map(share)
            .contains(&true)
    };
    let expected = channels.iter().filter(differ).count();
    assert!(expected > 0);
    browser.go("#/channels?differs=seeds");
    assert!(browser.texts("#found")[0].starts_with(&format!("{expected} channel")));
    nothing_wrong(&browser, &out, "seeds and variants");
}

#[test]
fn curves_of_figure_10_are_those_of_the_channels_that_are_shown() {
    let Some(browser) = Browser::start() else { return };
    let out = small().join("run");
    let rows = table(&out, "scale_tuning.csv");
    browser.open(&index(), "#/channels?plots=1&f.block=3.1");
    for (at, seen, read) in [(0, "input", "block"), (1, "block", "input")] {
        let own = |row: &&Channel| {
            let of = row["block"] == "3.1" && row["stimulus"] == "picture" && row["seen"] == read;
            of && number(row, "scale") == Some(1.0)
                && number(row, &format!("{read}_activation")).is_some_and(|a| a > 0.0)
        };
        let count = rows.iter().filter(own).count();
        assert!(count > 0, "{seen}");
        browser.until(&format!("(document.querySelectorAll('.sizes .canvas')[{at}] || {{ ariaLabel: '' }}).ariaLabel.endsWith(': {count} channels')"));
        browser.until(&format!("document.querySelectorAll('.sizes')[{at}].querySelector('.u-over')"));
    }
    // A click on a curve opens its channel.
    browser.go("#/channels?plots=1&q=3.1/1");
    browser.until("document.querySelectorAll('.sizes .u-over').length === 2");
    let found = browser.run(
        "const box = document.querySelector('.sizes .u-over').getBoundingClientRect(); return [box.width, box.height]",
    );
    let height = found[1].as_f64().unwrap();
    // Wherever it is at this size: somewhere from the top to the bottom.
    let mut at = 0.0;
    while at < height && browser.texts("#tip").iter().all(String::is_empty) {
        browser.point(".sizes .u-over", [0.4, at / height], false);
        at += 8.0;
    }
    assert!(browser.texts("#tip")[0].starts_with("3.1/1 "), "{:?}", browser.texts("#tip"));
    browser.point(".sizes .u-over", [0.4, (at - 8.0) / height], true);
    browser.until("document.querySelector('h1').innerText === 'Channel 3.1/1'");
}

#[test]
fn a_page_in_one_file_shows_its_pictures_without_a_file_beside_it() {
    let Some(browser) = Browser::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("alone.html");
    report::render_single_file(&small().join("run"), &file).unwrap();
    browser.open(&file, "#/3.1/1");
    browser.until("[...document.querySelectorAll('.role .two img')].every((i) => i.naturalWidth > 0)");
    assert_eq!(browser.texts("h1"), ["Channel 3.1/1"]);
    let alone = BTreeSet::from([format!("file://{}#/3.1/1", file.display()), format!("file://{}", file.display())]);
    let requests = browser.requests();
    let others = requests.iter().filter(|r| !r.starts_with("data:") && !r.starts_with("about:") && !alone.contains(*r));
    assert_eq!(others.collect::<Vec<_>>(), Vec::<&String>::new());
}

/// The middle of an odd number of measurements.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

#[test]
fn of_1856_channels_the_first_paint_and_a_filter_are_timed_and_only_what_is_shown_first_is_loaded() {
    let Some(browser) = Browser::start() else { return };
    let page = large().join("run/index.html");
    let (mut paints, mut filters) = (Vec::new(), Vec::new());
    for at in 0..7 {
        browser.open(&page, "#/channels");
        browser.until("performance.getEntriesByName('first-contentful-paint').length");
        let paint = browser.run("return performance.getEntriesByName('first-contentful-paint')[0].startTime");
        paints.push(paint.as_f64().unwrap());
        // From the change to the frame that shows it.
        let query = [
            "f.category=mix",
            "f.mix_ratio=0.3..0.9",
            "f.block=3.1",
            "q=178",
            "f.scale_metric=>0.2",
            "q=skip",
            "differs=definitions",
        ][at];
        let (name, value) = query.split_once('=').unwrap();
        let took = browser.wait_for(&format!(
            "new Promise((r) => {{ const t = performance.now(); const was = document.documentElement.dataset.shown; streamscope.change({{ {}: {} }}); \
             const look = () => (document.documentElement.dataset.shown !== was ? requestAnimationFrame(() => r(performance.now() - t)) : setTimeout(look, 0)); look(); }})",
            json!(name), json!(value)
        ));
        filters.push(took.as_f64().unwrap_or_else(|| panic!("{took}")));
    }
    let (paint, filter) = (median(paints), median(filters));
    println!("1,856 channels: first paint after {paint:.0} ms, a filter shown after {filter:.0} ms (medians of seven)");
    // How long depends on what else the machine does: it is printed, and stands in the README.
    assert!(paint > 0.0 && filter > 0.0);
    let bytes = read_first(&browser);
    println!("{bytes} bytes are read before a picture is asked for");
    // Of 1,856 channels, and so much at least is the page's own scripts.
    assert!((100 << 10..15 << 20).contains(&bytes), "{bytes}");
    // And of the 464 channels of the embedded network.
    browser.open(&middling().join("run/index.html"), "#/channels");
    let bytes = read_first(&browser);
    println!("{bytes} bytes of 464 channels");
    assert!((100 << 10..3 << 20).contains(&bytes), "{bytes}");
}

/// How many bytes a page reads before a picture is asked for: its frame, its scripts and its style.
fn read_first(browser: &Browser) -> u64 {
    let first: Vec<String> = serde_json::from_value(browser.run(
        "return [location.href.split('#')[0], ...[...document.scripts].map((s) => s.src), ...[...document.querySelectorAll('link[rel=stylesheet]')].map((l) => l.href)].filter((name) => name.startsWith('file:'))",
    ))
    .unwrap();
    first.iter().map(|name| fs::metadata(name.strip_prefix("file://").unwrap()).unwrap().len()).sum()
}
