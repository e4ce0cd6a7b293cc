// The elements of writing, each made known to the browser once.
import { JournalList } from "./journal.ts"
import { SealedForm } from "./sealed-form.ts"
import { EraseDocument, ShareDocument } from "./sharing.ts"
import { TakeOut } from "./take-out.ts"
import { VerifyKey } from "./verify.ts"

/** Make the elements known. They wait for `openWriting`. */
export function defineWritingElements(): void {
  customElements.define("sealed-form", SealedForm)
  customElements.define("share-document", ShareDocument)
  customElements.define("erase-document", EraseDocument)
  customElements.define("journal-list", JournalList)
  customElements.define("take-out", TakeOut)
  customElements.define("verify-key", VerifyKey)
}
