import "fake-indexeddb/auto"
import { beforeEach, describe, expect, test } from "vitest"
import { makeIdentity, notePerson, publicKeyOf, RolledBack, seeKey } from "../vault/vault.ts"
import { Documents, type SaveState } from "./documents.ts"
import { type Cut, type FakeLine, FakeVault } from "./fake-server.ts"
import { openQueue, type Queue } from "./queue.ts"

const ALICE = "11111111-1111-4111-8111-111111111111"
const BOB = "22222222-2222-4222-8222-222222222222"
const ENTRY = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"

interface Device {
  documents: Documents
  line: FakeLine
  queue: Queue
  heard: [string, SaveState][]
  name: string
}

let vault: FakeVault
let alice: string[]
let bob: string[]
let devices = 0

beforeEach(async () => {
  vault = new FakeVault()
  alice = [await makeIdentity()]
  bob = [await makeIdentity()]
})

async function device({
  account = ALICE,
  keyring = alice,
  hoursOff = 0,
  name = `device-${devices++}`,
  cut = null as Cut,
} = {}): Promise<Device> {
  const queue = await openQueue(name)
  const line = vault.for(account)
  line.cut = cut
  const documents = new Documents({
    account,
    keyring,
    server: line,
    queue,
    copyTitle: (title) => `${title}, written on another device`,
    now: () => new Date(Date.UTC(2026, 2, 1, 20 + hoursOff)),
  })
  const heard: [string, SaveState][] = []
  documents.listen((id, state) => heard.push([id, state]))
  await documents.start()
  return { documents, line, queue, heard, name }
}

function body(text: string, title = "Sunday") {
  return { title, date: "2026-03-01", text }
}

async function textOf(documents: Documents, id = ENTRY): Promise<unknown> {
  const { envelope } = await documents.load(id, "journal")
  return (envelope.body as { text?: unknown }).text
}

async function everything(documents: Documents): Promise<unknown[]> {
  const listed = await documents.list("journal")
  return (await Promise.all(listed.map(({ id }) => textOf(documents, id)))).sort()
}

test("what was saved is read on another device, and listed from the index alone", async () => {
  const phone = await device()
  await phone.documents.save(ENTRY, "journal", body("Grateful."))
  await phone.documents.drain()

  const desk = await device()

  expect(await desk.documents.list("journal")).toEqual([
    {
      id: ENTRY,
      version: 1,
      kind: "journal",
      title: "Sunday",
      date: "2026-03-01",
      readers: [],
      isWaiting: false,
    },
  ])
  expect(await textOf(desk.documents)).toBe("Grateful.")
})

describe.each<Cut>(["before", "after", "signed-out", "busy"])("a line cut %s a save", (cut) => {
  test("loses nothing, doubles nothing, and goes on where it was", async () => {
    const phone = await device()
    phone.line.cut = cut
    await phone.documents.save(ENTRY, "journal", body("one"))
    await phone.documents.drain()
    await phone.documents.save(ENTRY, "journal", body("two"))
    await phone.documents.drain()
    expect(await textOf(phone.documents)).toBe("two")
    expect((await phone.documents.list("journal"))[0]).toMatchObject({ isWaiting: true })

    phone.line.cut = null
    await phone.documents.drain()
    await phone.documents.drain()

    expect(await phone.queue.waiting(ALICE)).toEqual([])
    expect(await textOf(phone.documents)).toBe("two")
    expect(vault.documents.get(ENTRY)?.versions).toHaveLength(2)
    expect(await everything((await device()).documents)).toEqual(["two"])
  })

  test("survives a closed page", async () => {
    const phone = await device()
    phone.line.cut = cut
    await phone.documents.save(ENTRY, "journal", body("typed on the bus"))
    await phone.documents.drain()
    phone.documents.close()

    const again = await device({ name: phone.name })
    expect(await textOf(again.documents)).toBe("typed on the bus")
    await again.documents.save(ENTRY, "journal", body("typed on the bus, and at home"))
    await again.documents.drain()

    expect(await everything((await device()).documents)).toEqual(["typed on the bus, and at home"])
  })
})

test("what was never sent is replaced by what was typed later, so that a long offline day is one save", async () => {
  const phone = await device()
  phone.documents.close()

  for (const text of ["a", "ab", "abc"]) {
    await phone.documents.save(ENTRY, "journal", body(text))
  }

  expect(await phone.queue.waiting(ALICE)).toHaveLength(1)
})

test("typing while it is sent is not lost", async () => {
  const phone = await device()
  const saves = ["a", "ab", "abc", "abcd"].map((text) =>
    phone.documents.save(ENTRY, "journal", body(text)),
  )
  await Promise.all(saves)
  await phone.documents.save(ENTRY, "journal", body("abcde"))

  await phone.documents.drain()
  await phone.documents.drain()

  expect(await textOf(phone.documents)).toBe("abcde")
  expect(await everything((await device()).documents)).toEqual(["abcde"])
})

describe.each([0, -9, 14])("two devices, one clock %i hours off", (hoursOff) => {
  test("that write at once keep both texts and say so", async () => {
    const phone = await device()
    await phone.documents.save(ENTRY, "journal", body("start"))
    await phone.documents.drain()
    const desk = await device({ hoursOff })
    await desk.documents.load(ENTRY, "journal")

    await phone.documents.save(ENTRY, "journal", body("from the phone"))
    await phone.documents.drain()
    await desk.documents.save(ENTRY, "journal", body("from the desk"))
    await desk.documents.drain()

    expect(desk.heard.filter(([, state]) => state.is === "conflict")).toHaveLength(1)
    expect(await textOf(desk.documents)).toBe("from the desk")
    await phone.documents.start()
    await phone.documents.catchUp()
    expect(await everything(phone.documents)).toEqual(["from the desk", "from the phone"])
    expect((await phone.documents.list("journal")).map(({ title }) => title).sort()).toEqual([
      "Sunday",
      "Sunday, written on another device",
    ])
  })
})

test("a conflict on a line that is cut in the middle is settled when it is back", async () => {
  const phone = await device()
  await phone.documents.save(ENTRY, "journal", body("start"))
  await phone.documents.drain()
  const desk = await device()
  await desk.documents.load(ENTRY, "journal")
  await phone.documents.save(ENTRY, "journal", body("from the phone"))
  await phone.documents.drain()
  const fetch = desk.line.fetch.bind(desk.line)
  desk.line.fetch = async (...asked) => {
    desk.line.cut = "before"
    return fetch(...asked)
  }
  await desk.documents.save(ENTRY, "journal", body("from the desk"))
  await desk.documents.drain()
  expect(await textOf(desk.documents)).toBe("from the desk")

  desk.line.fetch = fetch
  desk.line.cut = null
  await desk.documents.drain()

  expect(await everything((await device()).documents)).toEqual(["from the desk", "from the phone"])
})

test("the same text written twice is no conflict", async () => {
  const phone = await device()
  await phone.documents.save(ENTRY, "journal", body("start"))
  await phone.documents.drain()
  const desk = await device()
  await desk.documents.load(ENTRY, "journal")

  for (const one of [phone, desk]) {
    await one.documents.save(ENTRY, "journal", body("the same"))
    await one.documents.drain()
  }

  expect(await everything((await device()).documents)).toEqual(["the same"])
})

test("two devices that begin at once end with one index that lists both", async () => {
  const phone = await device()
  const desk = await device()

  await phone.documents.save(ENTRY, "journal", body("phone"))
  await desk.documents.save(BOB, "journal", body("desk"))
  await phone.documents.drain()
  await desk.documents.drain()
  await desk.documents.drain()

  expect(await everything((await device()).documents)).toEqual(["desk", "phone"])
})

test("a document erased elsewhere while it was written here lives on as a new one", async () => {
  const phone = await device()
  await phone.documents.save(ENTRY, "journal", body("start"))
  await phone.documents.drain()
  const desk = await device()
  await desk.documents.load(ENTRY, "journal")
  await phone.documents.erase(ENTRY)
  await phone.documents.drain()

  await desk.documents.save(ENTRY, "journal", body("still mine"))
  await desk.documents.drain()
  await desk.documents.drain()

  expect(desk.heard.some(([, state]) => state.is === "moved")).toBe(true)
  expect(await everything((await device()).documents)).toEqual(["still mine"])
})

test("an index or a document that is older than what was seen is refused", async () => {
  const phone = await device()
  await phone.documents.save(ENTRY, "journal", body("one"))
  await phone.documents.drain()
  await phone.documents.save(ENTRY, "journal", body("two"))
  await phone.documents.drain()
  await phone.documents.drain()
  const index = [...vault.documents.values()].find(({ kind }) => kind === "index")
  vault.documents.get(ENTRY)?.versions.pop()

  await expect(phone.documents.load(ENTRY, "journal")).rejects.toThrow(RolledBack)
  expect((await phone.documents.catchUp()).failed.get(ENTRY)).toBeInstanceOf(RolledBack)
  index?.versions.pop()
  await expect(phone.documents.start()).rejects.toThrow(RolledBack)
})

describe("sharing", () => {
  async function withBob(): Promise<Device> {
    const phone = await device()
    const publicKey = await publicKeyOf(bob[0] as string)
    const person = { name: "Bob", publicKey, verified: true }
    await phone.documents.noteIndex(notePerson(phone.documents.index, BOB, person))
    await phone.documents.save(ENTRY, "journal", body("for Bob"), [BOB])
    await phone.documents.drain()
    await phone.documents.drain()
    return phone
  }

  async function bobReads(): Promise<unknown> {
    const device_ = await device({ account: BOB, keyring: bob })
    const publicKey = await publicKeyOf(alice[0] as string)
    const person = { name: "Alice", publicKey, verified: true }
    device_.documents.index = notePerson(device_.documents.index, ALICE, person)
    return textOf(device_.documents)
  }

  test("lets somebody read, later versions too, until it is withdrawn", async () => {
    const phone = await withBob()
    expect(await bobReads()).toBe("for Bob")
    await phone.documents.save(ENTRY, "journal", body("more for Bob"))
    await phone.documents.drain()
    expect(await bobReads()).toBe("more for Bob")

    await phone.documents.save(ENTRY, "journal", body("mine again"), [])
    await phone.documents.drain()

    expect(vault.documents.get(ENTRY)?.readers).toEqual([])
    await expect(bobReads()).rejects.toThrow("sealed for another key")
  })

  test("a withdrawal on one device is not undone by a text from another", async () => {
    const phone = await withBob()
    const desk = await device()
    await desk.documents.load(ENTRY, "journal")
    await phone.documents.save(ENTRY, "journal", body("mine again"), [])
    await phone.documents.drain()
    await phone.documents.drain()

    await desk.documents.save(ENTRY, "journal", body("from the desk"))
    await desk.documents.drain()
    await desk.documents.drain()

    expect(vault.documents.get(ENTRY)?.readers).toEqual([])
    await expect(bobReads()).rejects.toThrow("sealed for another key")
  })

  test("nothing is sealed to a key that has changed, and the writer's own text is kept all the same", async () => {
    const phone = await withBob()
    const forged = await publicKeyOf(await makeIdentity())
    vault.keys.set(BOB, { public_key: forged, shown_name: "Bob" })
    await phone.documents.catchUp()
    expect(seeKey(phone.documents.index, BOB, forged).state).toBe("changed")

    await phone.documents.save(ENTRY, "journal", body("not for a stranger"))
    await phone.documents.drain()

    expect(await textOf(phone.documents)).toBe("not for a stranger")
    expect(phone.heard).toContainEqual([ENTRY, { is: "saved", version: 2, notFor: [BOB] }])
    await expect(bobReads()).rejects.toThrow("sealed for another key")
  })
})
