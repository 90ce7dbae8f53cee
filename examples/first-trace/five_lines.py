import fanlight

fanlight.configure(service_name="trips")
with fanlight.run("trip planner", inputs={"city": "Oslo"}) as run:
    run.output("Take the night train.")
