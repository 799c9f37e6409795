/// What this build calls itself: the same as causewayd.
enum Version {
    static let number = "0.1.0"
}
