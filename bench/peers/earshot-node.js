import { peer as earshot } from "./earshot.js";

/** earshot's transport as it is where sodium-native is not installed. */
export const peer = {
  ...earshot,

  listen(options) {
    useNode();
    return earshot.listen(options);
  },

  connect(options) {
    useNode();
    return earshot.connect(options);
  },
};

/** In this process, which is one end of one measurement; whoever only looks at the peer keeps the choice. */
function useNode() {
  process.env.EARSHOT_AEAD = "node";
}
