import FuzzDriver
import TestSupport

/// A relay's life, its death, and its successor's life.
struct SuccessionCase {
    /// Both lives; the events from `death` on are the successor's, those from `confirmation` on come after the database's word.
    var program: Program
    var death: Int
    var confirmation: Int
    var damage: [Damage]
    /// Whether a damaged header gets the checksum that fits it.
    var resealsHeader: Bool
    /// Whether the tables were marked as complete.
    var isComplete: Bool
    /// Pages by which the memory is longer than it should be, or shorter.
    var extraPages: Int
    /// Whether the successor's tables are smaller than the ones it takes over from, as large, or larger.
    var successorUsers: Int
    var successorSessions: Int
    var takesCounters: Bool
    /// Which of the stored sessions the database has lost: one bit each.
    var lostSessions: UInt8
}

/// Bytes written over what a relay left.
struct Damage {
    enum Kind: Int, CaseIterable {
        case byte, halfWord, word, twoWords, add, clearLine, fillLine, copyLine, clearRest
    }

    /// Which table; the last number is the header.
    var area: UInt8
    /// From the table's start, in bytes; taken modulo its length.
    var offset: Int
    var kind: Kind
    var value: UInt32
}

/// Reads bytes as a case.
///
/// ```
/// input:  switches · extra pages · capacities · lost sessions · death · confirmation · pieces of damage · damage ... · program
/// damage: area · offset (2) · kind · value (4)
/// ```
/// The program is read as the `engine` target reads it, so its seeds are seeds here.
struct SuccessionReader {
    private let bytes: UnsafeRawBufferPointer
    private var input: InputReader

    static let fixedBytes = 7
    static let damageBytes = 8
    static let userCapacity = 64
    static let sessionCapacity = 8

    init(_ bytes: UnsafeRawBufferPointer) {
        self.bytes = bytes
        input = InputReader(bytes)
    }

    mutating func read() -> SuccessionCase {
        let switches = input.byte()
        let extraPages = input.byte()
        let capacities = input.byte()
        let lost = input.byte()
        let (death, confirmation) = (Int(input.byte()), Int(input.byte()))
        let damage = (0..<input.number(below: 12)).map { _ in readDamage() }
        var reader = ProgramReader(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(start(after: damage.count))))
        let program = reader.read()
        let died = death * program.events.count / 256
        return SuccessionCase(
            program: program,
            death: died,
            confirmation: died + confirmation * (program.events.count - died) / 256,
            damage: damage,
            resealsHeader: switches & 1 != 0,
            isComplete: switches & 2 == 0,
            extraPages: switches & 4 == 0 ? 0 : Int(Int8(bitPattern: extraPages)),
            successorUsers: [Self.userCapacity, 1, 5, 300][Int(capacities) & 3],
            successorSessions: [Self.sessionCapacity, 1, 2, 40][Int(capacities >> 2) & 3],
            takesCounters: switches & 8 == 0,
            lostSessions: lost
        )
    }

    private func start(after damage: Int) -> Int { min(Self.fixedBytes + damage * Self.damageBytes, bytes.count) }

    private mutating func readDamage() -> Damage {
        Damage(
            area: input.byte(),
            offset: Int(input.byte()) | Int(input.byte()) << 8,
            kind: input.pick(Damage.Kind.allCases),
            value: (0..<4).reduce(0) { value, index in value | UInt32(input.byte()) << (8 * UInt32(index)) }
        )
    }
}
