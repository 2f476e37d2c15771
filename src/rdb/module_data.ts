// Names module types and skips the data of modules.
import { MODULE_OPCODE } from "./opcodes.ts";
import type { RdbInput } from "./rdb_input.ts";

const NAME_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/**
 * The name of a module type: its 64-bit id is nine characters of 6 bits each, then 10 bits that
 * are the version of the encoding.
 */
export function moduleTypeName(idHigh: number, idLow: number): string {
  let characters = ((BigInt(idHigh) << 32n) | BigInt(idLow)) >> 10n;
  let name = "";
  for (let i = 0; i < 9; i++) {
    name = NAME_CHARACTERS[Number(characters & 63n)] + name;
    characters >>= 6n;
  }
  return name;
}

/** Passes over what a module wrote, up to and including the mark of its end. */
export function skipModuleData(input: RdbInput, moduleName: string): void {
  for (;;) {
    const opcode = input.readLength();
    switch (opcode) {
      case MODULE_OPCODE.endOfValue:
        return;
      case MODULE_OPCODE.signedInteger:
      case MODULE_OPCODE.unsignedInteger:
        input.readLength();
        break;
      case MODULE_OPCODE.float:
        input.source.skip(4);
        break;
      case MODULE_OPCODE.double:
        input.source.skip(8);
        break;
      case MODULE_OPCODE.string:
        input.skipString();
        break;
      default:
        throw input.error(`unknown opcode ${opcode} in data of the module "${moduleName}"`);
    }
  }
}
