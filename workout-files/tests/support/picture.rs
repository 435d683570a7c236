//! Looking into a picture.

/// Keeps a picture to be looked at, in the folder that `WORKOUT_PICTURES` names.
pub fn save_picture(name: &str, svg: &str) {
    if let Some(folder) = std::env::var_os("WORKOUT_PICTURES") {
        let path = std::path::Path::new(&folder).join(format!("{name}.svg"));
        std::fs::write(path, svg).unwrap();
    }
}

/// The texts, in order.
pub fn texts(svg: &str) -> Vec<String> {
    let parts = svg.split("<text ").skip(1);
    let inside =
        parts.map(|part| &part[part.find('>').unwrap() + 1..part.find("</text>").unwrap()]);
    inside.map(str::to_owned).collect()
}

/// A number among the attributes at the begin of a text.
pub fn attribute(text: &str, name: &str) -> f64 {
    let (_, value) = text.split_once(&format!(" {name}=\"")).unwrap();
    value.split_once('"').unwrap().0.parse().unwrap()
}

/// The points of all paths of a class.
pub fn points(svg: &str, class: &str) -> Vec<(f64, f64)> {
    let mut points = Vec::new();
    for part in svg.split(&format!("class=\"{class}\" d=\"")).skip(1) {
        let path = part.split_once('"').unwrap().0;
        for pair in path.split(['M', 'L']).filter(|pair| !pair.is_empty()) {
            let (x, y) = pair.split_once(' ').unwrap();
            points.push((x.parse().unwrap(), y.parse().unwrap()));
        }
    }
    points
}
