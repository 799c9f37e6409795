// What a restart takes over. An input is a course of events that a relay went through until it died, damage to the tables
// that it left, and what its successor goes through: it reads the tables as the data plane does, is told what the database
// knows, and must be as sound as a relay that began with nothing.
import FuzzDriver

Fuzzer.run { bytes in
    var succession = SuccessionReader(bytes)
    Inheritor.run(succession.read())
}
