use super::*;
use featviz::{Objective, Recipe};

fn example() -> (Unit, Address, Entry) {
    let unit = Unit { site: "maxpool".parse().unwrap(), objective: Objective::Neuron, channel: 2, seed: 9 };
    let address = Address::of(&unit, &Recipe::new(64, 3), "w");
    (
        unit,
        address,
        Entry { png: vec![b'\n', 1, 2, 3], trajectory: vec![0.5, f32::MIN_POSITIVE, -3.0], floats: Vec::new() },
    )
}

#[test]
fn what_is_put_is_got_and_putting_again_changes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(&folder.path().join("a/b")).unwrap();
    let (unit, address, entry) = example();
    assert_eq!(store.get(&address), None);
    store.put(&address, &unit, &entry).unwrap();
    let first = fs::read(store.path(&address)).unwrap();
    store.put(&address, &unit, &entry).unwrap();
    assert_eq!(store.get(&address), Some(entry));
    assert_eq!(fs::read(store.path(&address)).unwrap(), first);
}

#[test]
fn an_entry_damaged_in_any_byte_or_cut_anywhere_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (unit, address, entry) = example();
    store.put(&address, &unit, &entry).unwrap();
    let path = store.path(&address);
    let good = fs::read(&path).unwrap();
    assert_eq!(store.whole(&address, &unit), Some(entry.clone()));
    let unit_name = good.windows(7).position(|w| w == b"maxpool").unwrap();
    for at in 0..good.len() {
        fs::write(&path, &good[..at]).unwrap();
        assert_eq!(store.get(&address), None, "cut at {at}");
        let mut bad = good.clone();
        bad[at] ^= 0x10;
        fs::write(&path, &bad).unwrap();
        // The unit's name is for people: changing it changes no result.
        if !(unit_name..unit_name + unit.to_string().len()).contains(&at) {
            assert_ne!(store.get(&address), Some(entry.clone()), "changed at {at}");
        }
        assert_eq!(store.whole(&address, &unit), None, "changed at {at}");
    }
}

#[test]
fn an_entry_of_another_unit_recipe_or_network_is_not_trusted() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (unit, address, entry) = example();
    store.put(&address, &unit, &entry).unwrap();
    let other = Unit { channel: 3, ..unit };
    for elsewhere in [
        Address::of(&other, &Recipe::new(64, 3), "w"),
        Address::of(&unit, &Recipe::new(64, 4), "w"),
        Address::of(&unit, &Recipe::new(64, 3), "v"),
    ] {
        let path = store.path(&elsewhere);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::copy(store.path(&address), &path).unwrap();
        assert_eq!(store.get(&elsewhere), None);
        assert!(!store.is_entry(path.strip_prefix(folder.path()).unwrap()));
    }
}

#[test]
fn an_entry_of_an_earlier_version_is_told_from_a_damaged_one() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (unit, address, entry) = example();
    store.put(&address, &unit, &entry).unwrap();
    assert!(!store.holds_older(&address));
    let now = fs::read(store.path(&address)).unwrap();
    let held = format!(",\"address\":\"{}\"", address.hex());
    let end = now.iter().position(|&b| b == b'\n').unwrap();
    let header = String::from_utf8(now[..end].to_vec()).unwrap();
    let older = header.replace(&held, "").replace("picture 2", "picture 1");
    let older = [older.as_bytes(), &now[end..]].concat();
    fs::write(store.path(&address), older).unwrap();
    assert!(store.holds_older(&address) && store.get(&address).is_none());
}

#[test]
fn an_entry_is_a_line_the_picture_and_the_objective_at_a_place_that_its_address_gives() {
    let (unit, address, entry) = example();
    let store = Store::at(Path::new("store"));
    let hex = address.hex();
    assert_eq!(store.path(&address), Path::new("store").join(&hex[..2]).join(hex));
    let bytes = to_bytes(&address, &unit, &entry);
    let body =
        [&b"\n\x01\x02\x03"[..], &0.5_f32.to_le_bytes(), &f32::MIN_POSITIVE.to_le_bytes(), &(-3.0_f32).to_le_bytes()]
            .concat();
    let header = format!(
        "{{\"format\":\"streamscope picture 2\",\"address\":\"{hex}\",\"unit\":\"maxpool:2 (neuron, seed 9)\",\"png_bytes\":4,\
         \"trajectory_steps\":3,\"blake3\":\"{}\"}}\n",
        blake3::hash(&body).to_hex()
    );
    assert_eq!(bytes, [header.as_bytes(), &body].concat());
    // Another kind of entry, and lengths that no file has.
    for (from, to) in [
        ("picture 2", "picture 3"),
        ("\"png_bytes\":4", "\"png_bytes\":3"),
        ("\"png_bytes\":4", "\"png_bytes\":5"),
        ("\"trajectory_steps\":3", "\"trajectory_steps\":2"),
        ("\"trajectory_steps\":3", "\"trajectory_steps\":18446744073709551615"),
        ("\"png_bytes\":4", "\"png_bytes\":18446744073709551615"),
    ] {
        let other = header.replace(from, to);
        assert_ne!(other, header);
        let other = [other.as_bytes(), &body].concat();
        assert_eq!(parse(&other, hex), None, "{to}");
    }
    assert_eq!(parse(&bytes, hex), Some(entry));
    assert_eq!(parse(&bytes, &"0".repeat(64)), None);
}

#[test]
fn a_store_to_be_read_makes_nothing_and_one_that_cannot_be_made_or_written_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let (unit, address, entry) = example();
    let there = folder.path().join("there");
    let store = Store::at(&there);
    assert!(!store.holds(&address) && !store.holds_older(&address));
    assert_eq!(store.whole(&address, &unit), None);
    assert!(!there.exists());
    let store = Store::open(&there).unwrap();
    assert!(there.is_dir() && !store.holds(&address));
    store.put(&address, &unit, &entry).unwrap();
    assert!(store.holds(&address) && !store.holds_older(&address));
    fs::write(folder.path().join("file"), b"").unwrap();
    let error = Store::open(&folder.path().join("file/store")).unwrap_err();
    assert!(error.to_string().contains("cannot write to the store"), "{error}");
    let blocked = Store::open(&folder.path().join("blocked")).unwrap();
    let group = blocked.path(&address);
    fs::write(group.parent().unwrap(), b"").unwrap();
    let StoreError::Write { path, .. } = blocked.put(&address, &unit, &entry).unwrap_err();
    assert_eq!(path, group);
}

#[test]
fn only_a_whole_file_at_the_place_of_its_address_is_an_entry() {
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(folder.path()).unwrap();
    let (unit, address, entry) = example();
    store.put(&address, &unit, &entry).unwrap();
    let hex = address.hex();
    let bytes = fs::read(store.path(&address)).unwrap();
    let is_entry = |name: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &bytes).unwrap();
        store.is_entry(Path::new(name))
    };
    assert!(is_entry(&format!("{}/{hex}", &hex[..2])));
    let other_group = if hex.starts_with("00") { "11" } else { "00" };
    for name in [
        hex.to_owned(),
        format!("{other_group}/{hex}"),
        format!("{}/{hex}", &hex[..1]),
        format!("{}/{hex}", &hex[..3]),
        format!("{}/{}", &hex[..2], &hex[..63]),
        format!("{}/{hex}0", &hex[..2]),
        format!("{}/{}", &hex[..2], hex.to_uppercase()),
        format!("a/{}/{hex}", &hex[..2]),
    ] {
        assert!(!is_entry(&name), "{name}");
    }
    // Its own address in a file of this name, which is not hexadecimal.
    let strange = "z".repeat(64);
    let end = bytes.iter().position(|&b| b == b'\n').unwrap();
    let text = String::from_utf8_lossy(&bytes[..end]).replace(hex, &strange);
    let kept = [text.as_bytes(), &bytes[end..]].concat();
    assert!(parse(&kept, &strange).is_some());
    fs::create_dir_all(folder.path().join("zz")).unwrap();
    fs::write(folder.path().join("zz").join(&strange), kept).unwrap();
    assert!(!store.is_entry(&Path::new("zz").join(&strange)));
}

#[test]
fn entries_are_compared_by_their_bits_and_a_nan_is_equal_to_a_nan() {
    let of = |trajectory: &[f32]| Entry { png: vec![1], trajectory: trajectory.to_vec(), floats: Vec::new() };
    let overflowed = of(&[1.0, f32::INFINITY, f32::NAN]);
    assert_eq!(overflowed, of(&[1.0, f32::INFINITY, -f32::NAN]));
    assert_ne!(overflowed, of(&[1.0, f32::NEG_INFINITY, f32::NAN]));
    assert_ne!(overflowed, of(&[f32::NAN, f32::INFINITY, f32::NAN]));
    assert_ne!(overflowed, of(&[1.0, f32::INFINITY]));
    // A zero of either sign is one number and not the same bits.
    assert_ne!(of(&[0.0]), of(&[-0.0]));
    assert_ne!(of(&[]), Entry { png: vec![2], trajectory: Vec::new(), floats: Vec::new() });
}
