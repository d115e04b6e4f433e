//! What is written is read back bit for bit, and what is not ours is refused in one sentence.

mod folder;

use folder::{block_row, channel_row, manifest, write_folder};
use report::{BlockRow, ChannelRow, ImagesRecord, Manifest, ReportError, digests, layout, read_table, write_table};
use std::collections::BTreeMap;
use std::fs;

/// Texts of these are rounded by a writer or reader that is not exact.
const HARD_NUMBERS: [f64; 8] = [
    0.1 + 0.2,
    5e-324,
    f64::MIN_POSITIVE,
    f64::MAX,
    -0.0,
    1.0 / 3.0,
    9_007_199_254_740_993.0,
    -1.797_693_134_862_315_5e308,
];

#[test]
fn numbers_come_back_from_csv_with_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(layout::CHANNELS);
    let rows: Vec<ChannelRow> = HARD_NUMBERS
        .iter()
        .enumerate()
        .map(|(channel, &number)| ChannelRow { o_o: number, mix_ratio: Some(number), ..channel_row("1.1", channel) })
        .collect();
    write_table(&path, &rows).unwrap();
    let back: Vec<ChannelRow> = read_table(&path).unwrap();
    assert_eq!(back, rows);
    for (row, number) in back.iter().zip(HARD_NUMBERS) {
        assert_eq!(row.o_o.to_bits(), number.to_bits());
        assert_eq!(row.mix_ratio.unwrap().to_bits(), number.to_bits());
    }
}

#[test]
fn a_cell_that_does_not_apply_is_empty_and_comes_back_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let row = ChannelRow { mix_ratio: None, category: None, block_delta: None, ..channel_row("1.1", 7) };
    write_table(&path, std::slice::from_ref(&row)).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let cells: Vec<&str> = text.lines().nth(1).unwrap().split(',').collect();
    assert_eq!(cells[11..14], ["", "", ""]);
    assert_eq!(read_table::<ChannelRow>(&path).unwrap(), [row]);

    let nothing_studied = block_row("4.1", 0, 64);
    write_table(&path, std::slice::from_ref(&nothing_studied)).unwrap();
    assert_eq!(read_table::<BlockRow>(&path).unwrap(), [nothing_studied]);
}

#[test]
fn text_with_commas_quotes_and_line_breaks_comes_back_from_csv() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    let row = ChannelRow { category: Some("a, \"b\"\nc".to_owned()), ..channel_row("1.1", 0) };
    write_table(&path, std::slice::from_ref(&row)).unwrap();
    assert_eq!(read_table::<ChannelRow>(&path).unwrap(), [row]);
}

#[test]
fn columns_of_channels_csv_are_in_the_documented_order() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    write_table(&path, &[channel_row("1.1", 0)]).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(
        text.lines().next().unwrap(),
        "block,channel,o_o,i_o,b_o,o_i,i_i,b_i,o_b,i_b,b_b,mix_ratio,category,block_delta,input_delta,scale_metric,\
         scale_invariant,scale_invariant_no_mix,scale_invariant_by_block,bn2_weight_abs,conv2_weight_mean_abs,tuning_curve_rho,\
         photo_o_o,photo_i_o,photo_b_o,photo_o_i,photo_i_i,photo_b_i,photo_o_b,photo_i_b,photo_b_b,photo_mix_ratio,\
         photo_block_delta,photo_input_delta,photo_scale_metric,photo_scale_invariant,photo_input_share,photo_block_share,\
         photo_inhibited_percent,photo_silenced_percent,retries,not_finite,seeds,b_i_mean,mix_ratio_mean,mix_ratio_deviation,\
         mix_ratio_smallest,mix_ratio_largest,block_delta_mean,block_delta_deviation,block_delta_smallest,block_delta_largest,\
         input_delta_mean,input_delta_deviation,input_delta_smallest,input_delta_largest,scale_metric_mean,scale_metric_deviation,\
         scale_metric_smallest,scale_metric_largest,overwrite_share,mix_share,skip_share,scale_invariant_share,\
         scale_invariant_no_mix_share,scale_invariant_by_block_share"
    );
    // The letter before the underscore is the role read, the one after it the picture.
    assert_eq!(
        text.lines().nth(1).unwrap(),
        "layer1.1,0,9.0,1.5,4.0,3.0,5.0,1.0,6.0,2.0,8.0,0.5,overwrite,0.25,-0.5,-0.25,false,true,false,,0.125,,,,,,,,,,,,,,,,,,,,0,,1,,,,,,,,,,,,,,,,,,,,,,,"
    );
}

#[test]
fn a_manifest_comes_back_from_json_whole() {
    let folder = tempfile::tempdir().unwrap();
    let mut written = manifest("weights.npz");
    written.images = Some(ImagesRecord {
        folder: "images".to_owned(),
        read: 3,
        skipped: vec!["images/x.png: not a picture".to_owned()],
        flawed: Vec::new(),
        passed_over: BTreeMap::new(),
        names_digest: "cd".repeat(32),
        digest: "ef".repeat(32),
        files: [("a.png".to_owned(), [1; 32])].into(),
        journals: BTreeMap::from([("23".repeat(32), 3)]),
    });
    for (i, number) in HARD_NUMBERS.iter().enumerate() {
        written.seconds.insert(format!("phase {i}"), *number);
    }
    written.write(folder.path(), |_| true).unwrap();
    let back = Manifest::read(folder.path()).unwrap();
    assert_eq!(back, written);
    for (i, number) in HARD_NUMBERS.iter().enumerate() {
        assert_eq!(back.seconds[&format!("phase {i}")].to_bits(), number.to_bits());
    }
}

#[test]
fn digests_tell_changed_and_missing_files_and_nothing_else() {
    let folder = write_folder("weights", &["1.1"], 2);
    let manifest = Manifest::read(folder.path()).unwrap();
    assert_eq!(manifest.files.len(), 14 + 2 * 3);
    assert_eq!(digests(folder.path(), |_| true).unwrap(), manifest.files);
    // The store, hidden files and the manifest itself are not part of what a manifest vouches for.
    fs::create_dir(folder.path().join(layout::STORE)).unwrap();
    fs::write(folder.path().join(layout::STORE).join("x"), "x").unwrap();
    fs::write(folder.path().join(".hidden"), "x").unwrap();
    assert_eq!(digests(folder.path(), |_| true).unwrap(), manifest.files);
    let mut again = manifest.clone();
    again.write(folder.path(), |_| true).unwrap();
    assert_eq!(again.files, manifest.files);
    fs::remove_file(folder.path().join(layout::HISTOGRAM)).unwrap();
    let picture = folder.path().join("features/1.1/block/1.png");
    let mut bytes = fs::read(&picture).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    fs::write(&picture, bytes).unwrap();
    let now = digests(folder.path(), |_| true).unwrap();
    let altered: Vec<&String> =
        manifest.files.iter().filter(|(name, digest)| now.get(*name) != Some(*digest)).map(|(name, _)| name).collect();
    assert_eq!(altered, ["features/1.1/block/1.png", "tables/mix_histogram.csv"]);
}

#[test]
fn a_manifest_changed_in_any_byte_is_no_longer_sealed() {
    let folder = write_folder("weights", &["1.1"], 1);
    let path = folder.path().join(layout::MANIFEST);
    let good = fs::read(&path).unwrap();
    let sealed = || Manifest::read(folder.path()).is_ok_and(|m| m.is_sealed(folder.path()).unwrap());
    assert!(sealed());
    for at in 0..good.len() {
        let mut bad = good.clone();
        bad[at] ^= 1;
        fs::write(&path, bad).unwrap();
        assert!(!sealed(), "changed at {at}");
    }
}

#[test]
fn a_damaged_table_is_refused_in_one_sentence_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("t.csv");
    write_table(&path, &[channel_row("1.1", 0)]).unwrap();
    let good = fs::read_to_string(&path).unwrap();
    let cases = [
        ("a cell short", good.trim_end().trim_end_matches(',').to_owned()),
        ("a word for a number", good.replace("9.0", "nine")),
        ("another header", good.replacen("o_o", "o_x", 1)),
        ("a truth value that is none", good.replace("false", "maybe")),
    ];
    for (case, text) in cases {
        assert_ne!(text, good, "{case}");
        fs::write(&path, text).unwrap();
        let error = read_table::<ChannelRow>(&path).expect_err(case);
        assert!(matches!(error, ReportError::Damaged { .. }), "{case}");
        assert_names(&error, "t.csv");
    }
    fs::write(&path, b"block,channel\n\xff\xfe,1\n").unwrap();
    assert_names(&read_table::<ChannelRow>(&path).unwrap_err(), "t.csv");
}

#[test]
fn a_missing_or_damaged_manifest_is_refused_in_one_sentence_with_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let error = Manifest::read(folder.path()).unwrap_err();
    assert!(matches!(error, ReportError::NoRun { .. }));
    assert_names(&error, "manifest.json");
    for text in ["", "{", "[]", "{\"program\": 1}"] {
        fs::write(folder.path().join(layout::MANIFEST), text).unwrap();
        let error = Manifest::read(folder.path()).unwrap_err();
        assert!(matches!(error, ReportError::Damaged { .. }), "{text}");
        assert_names(&error, "manifest.json");
    }
}

fn assert_names(error: &ReportError, file: &str) {
    let sentence = error.to_string();
    assert!(sentence.contains(file), "{sentence}");
    assert!(!sentence.contains('\n'), "{sentence}");
}
