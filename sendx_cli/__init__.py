"""The command line for SendX's contact API.

How the code is laid out, from the top down:

    cli, __main__   the app, and the one place where errors become messages and exit codes
    commands/       one file a command: options in, one call, one result out
    runs/           what can be done with a bulk run: start, resume, stream, inspect, finish
    completion/     what a shell offers at <TAB>
    doctor/         is everything in place for a call to succeed?
    manual/         what `sendx help` and the man page say beyond the commands
    schemas/        what programs read: each member of results, plans and runs, and its meaning
    wiring          settings -> exchange, pacer, sender: where the parts are put together
    runtime         the streams, the environment and the clock of one process
    journal/        what became of each row, in SQLite
    files/          from a file to rows and back
    account/        what the service already holds: pages and searches
    output/         the only writer: tables, JSON, progress, plan, summary
    sandbox/        the contact API on this machine
    delivery/       the engine: order, pacing, retries, batches
    api/            one request in, one answer out: libcurl or httpx
    settings/       where each setting comes from, and where it is kept
    core/           pure rules; of its rooms, each knows only those below it:
      totals/       a run's numbers
      pacing/       how fast, how many at once, and for how long without success
      replies/      what an answer means, and whether to try again
      plan/         what a run is about to do
      account/      what an account holds, and what a run would change in it
      mapping/      from a file's columns to a contact's members
      contact/      a contact's members, addresses, validation, payloads
    results, signals, clock, ending, file_lock, quantity, errors: the ground floor

A folder imports from those below it, never from those above or beside it, and a test reads all
imports to hold that. A row of a file goes one way: `files` reads it, `core.mapping` names its
cells, `core.contact` checks it, `journal` records it, `delivery` waits for its turn, `api` sends
it, `core.replies` judges the answer, `journal` records the outcome, `output` shows it.
"""

# A literal: importlib.metadata costs tens of milliseconds on every call.
__version__ = "0.1.0"
