// What JSX becomes; the bundler puts it where it is used.
export { Fragment, h } from "preact";
