"""Pictures of plan documents: pure functions, no Streamlit."""
