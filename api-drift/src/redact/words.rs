//! The lists behind [`Names`](super::Names).

/// Common words of web APIs and of fitness data, of which new names are made. None is a given name or a surname that is not a plain word.
#[rustfmt::skip]
pub(super) static COMMON: &[&str] = &[
    "accepted", "access", "account", "accuracy", "action", "active", "activities", "activity", "actual", "address", "advanced", "aerobic",
    "after", "age", "agent", "air", "alarm", "alert", "algorithm", "all", "allowed", "alt", "altitude", "always", "am", "amount", "anaerobic",
    "app", "application", "apps", "archive", "area", "array", "ascent", "asset", "at", "attempt", "attribute", "audio", "auth", "author",
    "auto", "available", "average", "avg", "away", "axis", "background", "badge", "bar", "base", "basketball", "battery", "before", "begin",
    "beginner", "best", "beta", "bike", "blood", "body", "bonus", "bool", "border", "bottom", "bounds", "box", "boxing", "brand", "breathing",
    "browser", "build", "bulk", "burned", "button", "by", "cache", "cadence", "calendar", "calorie", "calories", "cancel", "capability", "card",
    "cardio", "category", "challenge", "change", "changed", "channel", "chart", "check", "checked", "checker", "checksum", "city", "class",
    "cleared", "client", "climbing", "clock", "close", "closed", "club", "code", "codes", "colon", "color", "colour", "column", "columns",
    "comma", "comment", "comments", "compact", "complete", "completed", "condition", "config", "connected", "consent", "content", "context",
    "cookie", "coordinate", "coordinates", "copy", "cors", "count", "counter", "country", "course", "cover", "create", "created", "creator",
    "credit", "crossfit", "csrf", "csv", "currency", "current", "cursor", "custom", "cycle", "cycling", "daily", "dance", "dancing", "dash",
    "data", "database", "date", "dates", "datetime", "day", "days", "default", "delay", "deleted", "delta", "density", "depth",
    "desc", "descent", "description", "detail", "details", "device", "devices", "diary", "difference", "direction", "disabled", "display",
    "distance", "distances", "distribution", "done", "dot", "down", "download", "draft", "duration", "durations", "easy", "edit", "edited",
    "effort", "elapsed", "element", "elevation", "elite", "elliptical", "email", "empty", "enabled", "end", "ended", "energy", "engine",
    "entries", "entry", "environment", "equipment", "error", "errors", "estimate", "estimated", "etag", "event", "events", "exercise",
    "exercises", "expired", "expires", "export", "extended", "extension", "external", "extreme", "factor", "failed", "false", "fat", "favorite",
    "favorites", "feature", "features", "feed", "feeling", "feet", "field", "fields", "file", "files", "filter", "final", "find",
    "first", "fit", "fitness", "flag", "flags", "flow", "focus", "font", "foot", "football", "forecast", "format", "formats", "found",
    "fraction", "frequency", "frequent", "friday", "friend", "friends", "from", "ftp", "full", "function", "gain", "gear", "gender", "general",
    "geo", "global", "goal", "goals", "golf", "gps", "gpx", "gradient", "graph", "grid", "group", "groups", "gym", "hard", "hash", "header",
    "headers", "heart", "height", "help", "hidden", "high", "highlight", "hike", "hiking", "history", "home", "host", "hour", "hours", "hr",
    "hrv", "html", "humidity", "hydration", "hyphen", "icon", "id", "identifier", "ids", "image", "images", "imperial", "import", "imported",
    "in", "inactive", "inch", "inches", "index", "indoor", "info", "initial", "input", "instance", "int", "integer", "intensity",
    "intermediate", "internal", "interval", "intervals", "ip", "is", "item", "items", "job", "json", "july", "kcal", "key", "kind", "kinds", "bpm", "spm", "kph", "mph", "keys",
    "kg", "kilo", "kilometer", "kilometers", "km", "label", "lactate", "language", "lap", "laps", "last", "lat", "latitude", "layer", "layout",
    "lb", "leaderboard", "left", "length", "level", "levels", "license", "light", "like", "likes", "limit", "limits", "line", "lines", "link",
    "linked", "links", "list", "live", "lng", "load", "loaded", "local", "locale", "location", "locked", "log", "login", "logo", "logout",
    "lon", "long", "longitude", "low", "lower", "main", "manual", "map", "maps", "markers", "max", "maximum", "me", "measure",
    "measured", "measurement", "media", "medium", "member", "members", "menu", "message", "messages", "meta", "meter", "meters", "method",
    "metric", "metrics", "mid", "mile", "miles", "milli", "millis", "milliseconds", "min", "mini", "minimum", "minute", "minutes", "missing",
    "mode", "model", "moderate", "modified", "module", "moment", "monday", "month", "months", "mood", "moved", "moving", "multi", "muscle",
    "name", "names", "native", "network", "never", "new", "next", "nick", "night", "node", "none", "normal", "note", "notes", "notification",
    "null", "number", "numbers", "oauth", "object", "occasional", "of", "off", "offset", "often", "old", "on", "once",
    "open", "option", "optional", "options", "order", "origin", "original", "other", "out", "outdoor", "output", "over", "overall", "overlay",
    "owner", "oxygen", "pace", "page", "pages", "pair", "parent", "part", "partial", "partner", "parts", "password", "path", "pause", "paused",
    "pauses", "payload", "peak", "pending", "people", "per", "perceived", "percent", "percentage", "period", "permission", "person", "personal",
    "phase", "phone", "photo", "photos", "physical", "picture", "pilates", "ping", "plan", "planned", "platform", "play", "player", "pm",
    "point", "points", "policy", "pool", "popup", "position", "post", "pound", "pounds", "power", "pref", "preference", "preferences", "prefix",
    "premium", "present", "preview", "previous", "price", "primary", "priority", "privacy", "private", "pro", "process", "product",
    "professional", "profile", "profiles", "program", "progress", "properties", "property", "provider", "public", "publish", "pulse", "quality",
    "quantity", "query", "queue", "race", "random", "range", "ranking", "rarely", "rate", "rating", "ratio", "raw", "read", "reason", "recent",
    "record", "recorded", "records", "recovery", "redirect", "ref", "reference", "refresh", "region", "regular", "rejected", "related",
    "relative", "release", "remaining", "remember", "removed", "repeat", "replaced", "report", "request", "required", "reset", "resolution",
    "resource", "respiration", "response", "rest", "resting", "restricted", "result", "results", "retry", "return", "review", "right", "role",
    "roles", "root", "rotation", "round", "route", "routes", "row", "rowing", "rows", "rpe", "rule", "run", "running", "sample", "samples",
    "saturday", "saved", "scale", "schedule", "scheduled", "scope", "score", "screen", "search", "season", "second", "seconds", "secret",
    "section", "segment", "segments", "seldom", "selected", "self", "sensor", "sensors", "sent", "sequence", "serial", "series", "server",
    "service", "services", "session", "sessions", "set", "sets", "setting", "settings", "severity", "shape", "share", "shared", "shoe", "shoes",
    "short", "show", "sid", "side", "sign", "signature", "signed", "sitting", "size", "skating", "ski", "skiing", "skill", "skin", "skip",
    "slash", "sleep", "slot", "slow", "small", "snowboard", "soccer", "social", "software", "sort", "source", "sources", "span", "speed",
    "spinning", "split", "splits", "spo", "sport", "sports", "sso", "stage", "stages", "stamina", "standard", "standing", "start", "started",
    "state", "statistic", "statistics", "stats", "status", "stay", "step", "steps", "still", "stop", "stopped", "storage", "store", "strain",
    "stream", "streams", "street", "strength", "stress", "stride", "string", "stroke", "strokes", "sub", "subject", "subscription", "subtitle",
    "success", "suggested", "sum", "summary", "sunday", "support", "surface", "swim", "swimming", "swum", "sync", "system", "table", "tag",
    "tags", "target", "targets", "team", "temp", "temperature", "template", "tempo", "tennis", "terrain", "test", "text", "theme", "threshold",
    "thumbnail", "thursday", "tier", "time", "timeformat", "timeline", "times", "timestamp", "timezone", "title", "to", "today", "toggle",
    "token", "top", "total", "totals", "track", "tracked", "tracking", "tracks", "trail", "trainer", "training", "transition", "transport",
    "treadmill", "trend", "triathlon", "trigger", "trimmed", "true", "trusted", "tss", "tuesday", "type", "types", "unit", "units", "unknown",
    "unread", "update", "updated", "upload", "uploaded", "upper", "uptime", "uri", "url", "urls", "usage", "use", "user", "username", "users",
    "utc", "uuid", "valid", "validated", "value", "values", "version", "vertical", "very", "video", "view", "viewed", "views", "visibility",
    "visible", "visit", "vo", "volume", "wait", "walk", "walking", "warning", "watch", "water", "watt", "watts", "weather", "web", "wednesday",
    "week", "weekly", "weeks", "weight", "widget", "width", "wind", "window", "with", "work", "workout", "workouts", "world", "written", "xml",
    "xsrf", "yard", "yards", "year", "years", "yoga", "zone", "zones",
];

/// Words of the reports of this project.
#[rustfmt::skip]
pub(super) static PROSE: &[&str] = &[
    "a", "about", "absent", "activities", "activity", "added", "after", "agree", "agrees", "ahead", "all", "also", "an", "and", "another",
    "answer", "answered", "answers", "apart", "application", "archive", "are", "array", "as", "at", "be", "before", "behind", "body",
    "bool", "boolean", "both", "browser", "but", "by", "can", "cannot", "changed", "client", "clock", "clocks", "columns", "content",
    "continue", "cookie", "could", "csv", "cut", "data", "day", "days", "decoder", "deep", "degrees", "differs", "disabled", "disagrees",
    "distance", "does", "download", "duplicate", "duration", "during", "each", "earlier", "early", "either", "elsewhere", "empty", "end",
    "ends", "entries", "entry", "equal", "equals", "essential", "even", "every", "exercise", "exercises", "expected", "export", "exported",
    "factor", "field", "fields", "file", "first", "fit", "floating", "for", "form", "from", "gone", "has", "have", "header", "hold", "host",
    "hour", "hours", "how", "html", "id", "ids", "if", "in", "instead", "integer", "invalid", "is", "it", "its", "javascript", "json",
    "kept", "kilometres", "kind", "kinds", "known", "large", "larger", "last", "late", "later", "leads", "left", "likely", "lines",
    "listed", "listing", "lists", "login", "long", "longer", "look", "looks", "lost", "many", "map", "may", "method", "metres", "miles",
    "min", "minutes", "missing", "month", "more", "name", "names", "needed", "needs", "neither", "never", "new", "no", "not", "nothing",
    "null", "number", "object", "of", "off", "on", "once", "one", "ones", "only", "open", "or", "other", "out", "page", "pages", "part",
    "parts", "place", "plain", "point", "position", "positions", "posted", "quarter", "radians", "reach", "read", "readable", "reads",
    "redirect", "refused", "same", "seconds", "sent", "sequence", "set", "shorter", "shown", "sign-in", "smaller", "so", "start", "starts",
    "status", "step", "steps", "still", "stream", "string", "struct", "such", "table", "text", "than", "that", "the", "their", "them",
    "then", "there", "they", "this", "time", "times", "title", "titles", "to", "too", "total", "totals", "tuple", "two", "type", "unit",
    "unknown", "unreadable", "used", "uses", "value", "variant", "wait", "wall", "was", "were", "what", "when", "which", "whole", "will",
    "with", "within", "without", "word", "workout", "xml", "years", "yes", "you", "your", "zip", "zone",
];

/// Names of the protocol, of formats, units and cookies, as reports write them.
#[rustfmt::skip]
pub(super) static ANSWERS: &[&str] = &[
    "AWSALB", "AWSALBCORS", "CSV", "DELETE", "FIT", "FLOW_SESSION", "GET", "GPX", "HEAD", "HTML", "JSESSIONID", "JSON", "OPTIONS",
    "PLAY_SESSION_FLOW", "POST", "PUT", "TCX", "XML", "XSRF-TOKEN", "ant", "bad_credentials", "checker", "csv", "d", "fit", "force-download",
    "garmin", "gpx", "h", "km", "m", "mi", "min", "nmi", "octet-stream", "rr", "s", "tcx", "vnd", "x", "x-www-form-urlencoded", "yd",
];

/// Parts of paths that sign-ins have.
#[rustfmt::skip]
pub(super) static PATHS: &[&str] = &[
    "account", "api", "auth", "authorize", "callback", "consent", "diary", "error", "flowSso", "home", "index", "login", "logout", "me",
    "oauth", "oauth2", "redirect", "register", "session", "sign-in", "signin", "signout", "sso", "token", "u", "user", "users", "web", "welcome",
];

/// Elements of pages.
#[rustfmt::skip]
pub(super) static ELEMENTS: &[&str] = &[
    "a", "abbr", "article", "aside", "b", "body", "button", "canvas", "dd", "div", "dl", "dt", "em", "fieldset", "figure", "footer", "form",
    "h1", "h2", "h3", "h4", "h5", "h6", "head", "header", "html", "i", "iframe", "img", "input", "label", "legend", "li", "link", "main",
    "meta", "nav", "ol", "option", "p", "section", "select", "small", "span", "strong", "sub", "sup", "table", "tbody", "td", "textarea", "th",
    "thead", "time", "title", "tr", "u", "ul",
];

/// Months, as names of members that are data.
#[rustfmt::skip]
pub(super) static MONTHS: &[&str] = &[
    "Apr", "April", "Aug", "August", "Dec", "December", "Feb", "February", "Jan", "January", "Jul", "July", "Jun", "June", "Mar", "March",
    "May", "Nov", "November", "Oct", "October", "Sep", "September",
];
