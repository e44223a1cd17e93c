//! What a link shows.
//!
//! Comes in: the parts of a link between its bars. Goes out: its label, a picture's caption, a category, or nothing.

use super::Site;

/// What a link turns into.
pub(super) enum Target {
    Text(String),
    Caption(String),
    Category(String),
    Nothing,
}

/// Words for the file namespace where a dump does not tell its own.
pub(super) const FILE_WORDS: &[&str] = &[
    "file",
    "image",
    "media",
    "datei",
    "bild",
    "fichier",
    "archivo",
    "imagen",
    "immagine",
    "ficheiro",
    "imagem",
    "bestand",
    "afbeelding",
    "plik",
    "grafika",
    "файл",
    "изображение",
    "картинка",
    "зображення",
    "ファイル",
    "画像",
    "文件",
    "档案",
    "檔案",
    "图像",
    "圖像",
    "ملف",
    "صورة",
    "پرونده",
    "תמונה",
    "קובץ",
    "fil",
    "tiedosto",
    "kuva",
    "soubor",
    "dosya",
    "resim",
    "파일",
    "그림",
    "tập tin",
    "hình",
    "αρχείο",
    "εικόνα",
];

/// Words for the category namespace where a dump does not tell its own.
pub(super) const CATEGORY_WORDS: &[&str] = &[
    "category",
    "kategorie",
    "catégorie",
    "categoría",
    "categoria",
    "categorie",
    "kategoria",
    "kategori",
    "категория",
    "категорія",
    "カテゴリ",
    "category",
    "分类",
    "分類",
    "تصنيف",
    "رده",
    "קטגוריה",
    "luokka",
    "분류",
    "thể loại",
    "κατηγορία",
];

/// Words that say how a picture is shown; they are no caption.
const PICTURE_WORDS: &[&str] = &[
    "thumb",
    "thumbnail",
    "frame",
    "framed",
    "frameless",
    "border",
    "right",
    "left",
    "center",
    "centre",
    "none",
    "upright",
    "baseline",
    "sub",
    "super",
    "top",
    "text-top",
    "middle",
    "bottom",
    "text-bottom",
    "mini",
    "miniatur",
    "gerahmt",
    "rahmenlos",
    "rechts",
    "links",
    "zentriert",
    "hochkant",
    "vignette",
    "gauche",
    "droite",
    "centré",
    "cadre",
    "redresse",
    "sans_cadre",
    "miniatura",
    "miniaturadeimagen",
    "derecha",
    "izquierda",
    "centro",
    "destra",
    "sinistra",
    "direita",
    "esquerda",
    "мини",
    "миниатюра",
    "справа",
    "слева",
    "центр",
    "обрамить",
    "безрамки",
    "мініатюра",
    "праворуч",
    "ліворуч",
    "дясно",
    "ляво",
    "サムネイル",
    "右",
    "左",
    "中央",
    "縮小",
    "缩略图",
    "縮圖",
    "right",
    "تصغير",
    "يسار",
    "يمين",
];

/// What the link with these parts shows.
pub(super) fn resolve(parts: &[String], site: &Site) -> Target {
    let target = parts[0].trim();
    let plain = target.strip_prefix(':');
    if plain.is_none()
        && let Some((prefix, name)) = target.split_once(':')
    {
        let word = prefix.trim().to_lowercase().replace('_', " ");
        if site.categories.contains(&word) {
            return Target::Category(name.trim().replace('_', " "));
        }
        if site.files.contains(&word) {
            return Target::Caption(caption(&parts[1..]));
        }
        if is_language(prefix) && !name.starts_with(' ') {
            return Target::Nothing;
        }
    }
    let target = plain.unwrap_or(target);
    Target::Text(match parts.get(1..) {
        Some([label]) if label.trim().is_empty() => without_qualifier(target).to_owned(),
        Some([label, more @ ..]) => {
            let mut text = label.clone();
            for part in more {
                text.push('|');
                text.push_str(part);
            }
            text
        }
        _ => target.replace('_', " "),
    })
}

/// The last part that does not say how the picture is shown.
fn caption(parts: &[String]) -> String {
    let shown = |part: &&String| {
        let part = part.trim();
        let size = part.strip_suffix("px").or(part.strip_suffix("пкс")).is_some_and(|size| {
            size.trim().bytes().all(|byte| byte.is_ascii_digit() || byte == b'x')
        });
        let option = part.split_once('=').is_some_and(|(name, _)| {
            name.trim().len() < 24
                && name.trim().chars().all(|letter| letter.is_alphanumeric() || letter == '-')
        });
        !part.is_empty()
            && !size
            && !option
            && !PICTURE_WORDS.contains(&part.to_lowercase().as_str())
    };
    parts.iter().rev().find(shown).cloned().unwrap_or_default()
}

/// `en`, `zh-yue`, `simple`: a link to the same page in another language stands beside the text, not in it.
fn is_language(prefix: &str) -> bool {
    let (code, variant) = prefix.split_once('-').unwrap_or((prefix, "x"));
    let lower = |text: &str| {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')
    };
    prefix == "simple" || ((2..=3).contains(&code.len()) && lower(code) && lower(variant))
}

/// `[[Paris (Texas)|]]` shows `Paris`, `[[Help:Links|]]` shows `Links`.
fn without_qualifier(target: &str) -> &str {
    let name = target.split_once(':').map_or(target, |(_, name)| name);
    name.split_once(" (").or(name.split_once(", ")).map_or(name, |(name, _)| name)
}

/// Whether `text` begins with an address, as the text in single brackets must.
pub(super) fn is_address(text: &str) -> bool {
    let head = &text.as_bytes()[..text.len().min(16)];
    ["http://", "https://", "ftp://", "//", "mailto:", "news:", "irc://", "gopher://"].iter().any(
        |scheme| {
            head.len() >= scheme.len()
                && head[..scheme.len()].eq_ignore_ascii_case(scheme.as_bytes())
        },
    )
}

/// `zh-hans:甲;zh-hant:乙` gives both ways of writing, so that either is found; `R|甲` and `甲` give `甲`.
pub(super) fn variants(text: &str) -> String {
    let text = text.rsplit_once('|').map_or(text, |(_, text)| text);
    let parts: Vec<&str> = text.split(';').collect();
    let value = |part: &str| {
        let (code, value) = part.split_once(':')?;
        let code = code.trim();
        let known =
            !code.is_empty() && code.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-');
        known.then(|| value.trim().to_owned())
    };
    let mut shown: Vec<String> = Vec::new();
    for value in parts.iter().filter_map(|part| value(part)) {
        if !value.is_empty() && !shown.contains(&value) && shown.len() < 16 {
            shown.push(value);
        }
    }
    if shown.is_empty() { text.to_owned() } else { shown.join(" ") }
}
