//! Forms with files (RFC 7578): the one file that is asked for, out of the body's bytes.

/// The boundary that a `Content-Type` names; `None` when it is no form with files.
#[must_use]
pub fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    let value = parameters.split(';').find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("boundary").then(|| value.trim().trim_matches('"'))
    })?;
    // RFC 2046 §5.1.1: 1 to 70 characters.
    (1..=70).contains(&value.len()).then(|| value.to_owned())
}

/// The content of the first part that is a file; `None` when there is none, or the form breaks off.
#[must_use]
pub fn file<'a>(body: &'a [u8], boundary: &str) -> Option<&'a [u8]> {
    let delimiter = format!("--{boundary}");
    let mut rest = body.get(find(body, delimiter.as_bytes())?.checked_add(delimiter.len())?..)?;
    let end = format!("\r\n{delimiter}");
    while !rest.starts_with(b"--") {
        let part = rest.strip_prefix(b"\r\n")?;
        let head_length = find(part, b"\r\n\r\n")?;
        let (head, content) = (part.get(..head_length)?, part.get(head_length.checked_add(4)?..)?);
        let length = find(content, end.as_bytes())?;
        if is_file(head) {
            return content.get(..length);
        }
        rest = content.get(length.checked_add(end.len())?..)?;
    }
    None
}

fn is_file(head: &[u8]) -> bool {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    head.lines().any(|line| line.starts_with("content-disposition:") && line.contains("filename"))
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).position(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FORM: &str = "--b\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nhello\r\n--b\r\n\
        Content-Disposition: form-data; name=\"image\"; filename=\"a.png\"\r\nContent-Type: image/png\r\n\r\n\x01\r\n\x02--b\r\n--b--\r\n";

    #[test]
    fn the_first_file_of_a_form_is_found() {
        assert_eq!(file(FORM.as_bytes(), "b"), Some(&b"\x01\r\n\x02--b"[..]));
    }

    #[test]
    fn forms_without_a_file_or_without_an_end_have_none() {
        for body in [
            "",
            "--b--",
            "--b\r\n",
            "--b\r\nContent-Disposition: form-data; name=\"x\"\r\n\r\ny\r\n--b--",
            &FORM[..FORM.len() - 8],
        ] {
            assert_eq!(file(body.as_bytes(), "b"), None, "{body}");
        }
        assert_eq!(file(FORM.as_bytes(), "c"), None);
    }

    #[test]
    fn the_boundary_is_that_of_a_form() {
        assert_eq!(boundary("multipart/form-data; boundary=abc").as_deref(), Some("abc"));
        assert_eq!(boundary("Multipart/Form-Data; charset=utf-8; Boundary=\"a b\"").as_deref(), Some("a b"));
        for text in
            ["multipart/form-data", "image/png", "multipart/mixed; boundary=a", "multipart/form-data; boundary="]
        {
            assert_eq!(boundary(text), None, "{text}");
        }
    }
}
