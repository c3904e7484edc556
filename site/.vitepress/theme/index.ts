import DefaultTheme from "vitepress/theme";
import type { Theme } from "vitepress";
import Diagram from "./Diagram.vue";
import "./site.css";

const theme: Theme = { extends: DefaultTheme, enhanceApp: ({ app }) => void app.component("Diagram", Diagram) };
export default theme;
