import { QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Router } from "wouter";
import { queries } from "../data/reads";
import { App } from "./App";
import { Places } from "./Places";
import "./styles.css";

const base = new URL(document.baseURI).pathname.replace(/\/$/, "");
const root = document.getElementById("root");
if (!root) throw new Error("index.html has no #root");

createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Router base={base}>
        <Places><App /></Places>
      </Router>
    </QueryClientProvider>
  </StrictMode>,
);
