"""A real small model: SmolLM2 135M on llama.cpp, behind OpenAI's wire and behind Ollama's.

Both come in wheels. Without them these tests are skipped, and say how to install them.
"""
