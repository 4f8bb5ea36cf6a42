//! `Leptos.toml`, which a deployed server reads, agrees with `Cargo.toml`, which the build reads.

use leptos::config::get_config_from_str;

#[test]
fn leptos_toml_and_cargo_toml_agree() {
    let deployed = include_str!("../../Leptos.toml");
    let section = deployed.split("[package.metadata.leptos]").nth(1).expect("Leptos.toml ends with that section");
    let deployed: toml::Table = section.parse().unwrap();
    let cargo: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    let built = cargo["workspace"]["metadata"]["leptos"][0].as_table().unwrap();
    for (key, value) in &deployed {
        assert_eq!(Some(value), built.get(key), "{key}");
    }
    for key in ["output-name", "site-root", "site-pkg-dir", "site-addr", "reload-port", "env"] {
        assert!(deployed.contains_key(key), "{key}");
    }
}

/// `cargo leptos watch` names the files of a rebuild without hashes, whatever the first build did; see
/// `AssetNames::load`.
#[test]
fn only_release_builds_hash_file_names() {
    let cargo: toml::Table = include_str!("../../Cargo.toml").parse().unwrap();
    assert_eq!(cargo["workspace"]["metadata"]["leptos"][0]["hash-files"], toml::Value::Boolean(false));
    for script in [include_str!("../../script/server"), include_str!("../../script/test")] {
        assert!(script.contains("LEPTOS_HASH_FILES=true cargo leptos build --release"));
        assert!(script.contains("--split --lib-features split\n"), "in parts");
    }
}

#[test]
fn leptos_reads_leptos_toml() {
    let options = get_config_from_str(include_str!("../../Leptos.toml")).unwrap();
    assert_eq!((options.output_name.as_ref(), options.site_root.as_ref()), ("latchkey", "target/site"));
}

#[test]
fn pages_emails_and_icon_have_one_colour() {
    let colour = latchkey::site::product::PRODUCT.brand_colour;
    assert!(include_str!("../../style/brand.css").contains(&format!("--brand: {colour};")), "style/brand.css");
    assert!(include_str!("../../public/favicon.svg").contains(&format!("fill=\"{colour}\"")), "public/favicon.svg");
}
