internal import ArgumentParser

/// A time on the command line: `90s`, `30m`, `1h30m`, `2d`; longer units first.
struct DurationArgument: ExpressibleByArgument {
    let seconds: Int

    private static let units: [(name: Character, seconds: Int)] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)]

    init?(argument: String) {
        var total = 0
        var digits = ""
        var open = Self.units[...]
        for character in argument {
            if character.isASCII, character.isNumber, digits.count < 9 {
                digits.append(character)
                continue
            }
            guard let count = Int(digits), let place = open.firstIndex(where: { $0.name == character }) else {
                return nil
            }
            total += count * open[place].seconds
            open = open[(place + 1)...]
            digits = ""
        }
        guard digits.isEmpty, open.count < Self.units.count else { return nil }
        seconds = total
    }
}
